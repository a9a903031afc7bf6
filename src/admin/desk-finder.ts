/** Finds the campaign that a request names, or says that there is none. */
import type { Request, Response } from 'express';
import type { CampaignDesk } from './campaign-desk.js';
import { refuseUnknownCampaign } from './refusals.js';

type Handle = (desk: CampaignDesk, req: Request, res: Response) => void | Promise<void>;

export function deskFinder(desks: ReadonlyMap<string, CampaignDesk>) {
  return (handle: Handle) =>
    async (req: Request, res: Response): Promise<void> => {
      const desk = desks.get(req.params.campaign as string);
      if (desk === undefined) refuseUnknownCampaign(res, desks);
      else await handle(desk, req, res);
    };
}
