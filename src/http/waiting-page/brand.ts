/** Whose page it is: name, colour and logo. */
import * as z from 'zod';
import { readableOn } from './contrast.js';

/** A logo inside the page counts towards its weight, in characters. */
const MOST_DATA_CHARS = 6144;
const DATA_IMAGE = /^data:image\/(?:png|jpeg|webp|gif|avif|svg\+xml)(?:;[a-z0-9=-]+)*,[A-Za-z0-9+/=%._~!*'():@-]+$/;
const LOGO_FORM = 'a data: URI of an image of at most 6144 characters, an https:// URL, or a path on this origin';
const LOCAL_PATH = /^\/(?![/\\])[A-Za-z0-9._~%/-]*$/;

export const brandSchema = z.strictObject({
  name: z.string().max(80).default('').describe('Shown on top of the page.'),
  colour: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, 'a colour as #rrggbb')
    .meta({ $comment: 'must be a colour as #rrggbb' })
    .default('#0b57d0')
    .describe('Colour of figures and buttons; darkened or lightened as far as it must be to be read.'),
  logo: z
    .string()
    .refine(isLogo, LOGO_FORM)
    .meta({ $comment: `must be ${LOGO_FORM}` })
    .nullable()
    .default(null)
    .describe('A data: URI keeps the page one request; an https:// URL or a path on this origin costs another.'),
});

export type BrandSettings = z.input<typeof brandSchema>;

export interface Brand {
  readonly name: string;
  readonly logo: string | null;
  /** What `img-src` of the policy allows. */
  readonly imageSource: string | null;
  readonly light: Shades;
  readonly dark: Shades;
}

/** `#rrggbb`. Accent on background, and the other way round, can be read. */
export interface Shades {
  readonly background: string;
  readonly ink: string;
  readonly accent: string;
}

const LIGHT = { background: '#ffffff', ink: '#1b1f24' };
const DARK = { background: '#14171a', ink: '#f2f4f6' };

/** @throws z.ZodError when a setting is not what it must be */
export function compileBrand(settings: BrandSettings): Brand {
  const { name, colour, logo } = brandSchema.parse(settings);
  return {
    name,
    logo,
    imageSource: logo === null ? null : imageSourceOf(logo),
    light: { ...LIGHT, accent: readableOn(colour, LIGHT.background) },
    dark: { ...DARK, accent: readableOn(colour, DARK.background) },
  };
}

function isLogo(logo: string): boolean {
  if (logo.startsWith('data:')) return logo.length <= MOST_DATA_CHARS && DATA_IMAGE.test(logo);
  if (logo.startsWith('/')) return LOCAL_PATH.test(logo);
  return URL.canParse(logo) && new URL(logo).protocol === 'https:' && new URL(logo).href === logo;
}

function imageSourceOf(logo: string): string {
  if (logo.startsWith('data:')) return 'data:';
  return logo.startsWith('/') ? "'self'" : new URL(logo).origin;
}
