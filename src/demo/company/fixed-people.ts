import { demoData, type DemoLanguage } from '../data/demo-data.js';

/** A demo person. Anyone may sign in as any of them while the demo is on. */
export interface DemoPerson {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly roles: readonly string[];
  /** Permission strings of the API. */
  readonly permissions: readonly string[];
  /** `id` of the person's manager. */
  readonly managerId: string | null;
}

/** A company of the demo, with its fixed people. */
export interface DemoTenant {
  readonly id: string;
  readonly name: string;
  readonly language: DemoLanguage;
  readonly people: readonly DemoPerson[];
}

/** What a fixed person does; the last part of the person's id. */
export type Post = 'admin' | 'buyer' | 'manager' | 'finance' | 'finance2' | 'hr';

interface PostData {
  readonly id: Post;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly manager: Post | null;
  readonly department: string;
  readonly position: string;
}

interface CompanyData {
  readonly id: string;
  readonly name: string;
  readonly language: DemoLanguage;
  readonly people: Readonly<Record<Post, { readonly name: string; readonly title: string }>>;
}

const DATA = demoData<{
  readonly topics: readonly string[];
  readonly posts: readonly PostData[];
  readonly companies: readonly CompanyData[];
}>('companies');

/** Patterns of the topics that every demo person may follow. For other topics the owner decides. */
export const DEMO_TOPICS = DATA.topics;

/** Department and position of the fixed people, by post. */
export const FIXED_POSTS: ReadonlyMap<string, PostData> = new Map(DATA.posts.map((post) => [post.id, post]));

/**
 * The fixed people: the same six posts in two companies that must never see each other. The demo grants
 * `platform:admin` to no one.
 */
export const DEMO_TENANTS: readonly DemoTenant[] = DATA.companies.map(({ id, name, language, people }) => ({
  id,
  name,
  language,
  people: DATA.posts.map((post) => ({
    id: `${id}.${post.id}`,
    ...people[post.id],
    roles: post.roles,
    permissions: post.permissions,
    managerId: post.manager === null ? null : `${id}.${post.manager}`,
  })),
}));
