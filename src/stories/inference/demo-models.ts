import datesDecoder from '../../../fixtures/models/dates-encdec/decoder_model.onnx?url';
import datesEncoder from '../../../fixtures/models/dates-encdec/encoder_model.onnx?url';
import induction from '../../../fixtures/models/induction/model.onnx?url';
import type { TracerOptions } from '../../lib/inference/index.js';
import { characters, words } from './tokenizers.js';

/** The models committed with the project; fixtures/README.md says where they come from. */
export type DemoModel = 'induction' | 'dates';

interface Demo {
  readonly label: string;
  /** Where the causal check looks. */
  readonly position?: number;
  readonly text: string;
  readonly options: () => Pick<TracerOptions, 'model' | 'tokenizer' | 'config'>;
}

const address = (path: string): URL => new URL(path, location.href);

export const demos: Record<DemoModel, Demo> = {
  induction: {
    label: 'Words t1 to t63',
    text: 't42 t20 t40 t63 t11 t56 t45 t53 t42 t20 t40 t63',
    options: () => ({ model: address(induction), tokenizer: words }),
  },
  dates: {
    label: 'A date in words',
    text: 'Tuesday, 3rd of March 1998',
    // After 199, where it takes the last figure of the year from the text.
    position: 3,
    options: () => ({
      model: { encoder: address(datesEncoder), decoder: address(datesDecoder) },
      tokenizer: characters,
      config: { decoder_start_token_id: 1, eos_token_id: 2 },
    }),
  },
};
