/** A mutant is noticed by the first run of a property that fails; looking for the smallest one would only take time. */
import fc from 'fast-check';

fc.configureGlobal({ endOnFailure: true });
