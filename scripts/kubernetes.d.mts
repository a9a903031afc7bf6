/** Every generated file of the cluster's monitoring, from the root of the repository. */
export function monitoring(): Array<{ readonly path: string; readonly text: string }>;
