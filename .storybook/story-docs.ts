import type { Preview } from '@storybook/svelte-vite';
import * as kinds from '../src/lib/embed/views.js';

type ArgTypesEnhancer = NonNullable<Preview['argTypesEnhancers']>[number];
type ArgTypes = ReturnType<ArgTypesEnhancer>;
const kindOf = (component: unknown) => Object.values(kinds).find((kind) => kind.component === component);

/**
 * The default of each prop: of an option what its view begins with, else what the prop's docs say. Storybook itself finds `...`, as
 * the components fill in defaults from elsewhere.
 */
export const tellDefaults: ArgTypesEnhancer = ({ argTypes, component }): ArgTypes => {
  const kind = kindOf(component);
  return Object.fromEntries(
    Object.entries<ArgTypes[string]>(argTypes).map(([name, type]) => {
      const rule = kind?.ruleOf(name);
      const said = /Default:? ([^.]+)\./.exec(type.description ?? '')?.[1];
      const summary = rule?.initial !== undefined ? JSON.stringify(rule.initial) : said;
      const { detail, ...shown } = { ...type.table?.type };
      // An options object is written out, rule by rule.
      if (shown.summary?.includes('OptionRule')) shown.summary = `(options: ${kind?.name}Options) => void`;
      else if (detail !== undefined) Object.assign(shown, { detail });
      const table = { ...type.table, type: shown, defaultValue: summary ? { summary } : undefined };
      return [name, { ...type, table: table as typeof type.table }];
    }),
  );
};
