/**
 * Markers of the common tokenizers, by family. Named, not guessed from brackets: `<div>` and `[NASA]` are text. Each expression takes time
 * in proportion to the token's length.
 */
const families = [
  // GPT, Llama 3, Qwen, Phi, Command R, Whisper; DeepSeek with wide bars
  /<[|｜].*[|｜]>/,
  // BERT, ALBERT, ChatGLM, Mistral, Galactica
  /\[\/?(?:CLS|SEP|PAD|MASK|UNK|BOS|EOS|INST|gMASK|sMASK|unused\d+|control_\d+)\]/,
  /\[\/?(?:TOOL_CALLS|AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CONTENT|SYSTEM_PROMPT|ARGS|CALL_ID|IMG|IMG_BREAK|IMG_END|THINK)\]/,
  /\[(?:PREFIX|MIDDLE|SUFFIX|START_REF|END_REF|START_SMILES|END_SMILES|START_AMINO|END_AMINO)\]/,
  // T5, RoBERTa, XLNet, Pegasus, ESM, Gemma
  /<\/?(?:s|pad|unk|mask|bos|eos|cls|sep|eop|eod|sop|null_\d+|extra_id_\d+|unused_?\d+|special_?\d+|reserved_\d+)>/,
  /<(?:mask|unk)_\d+>/,
  /<(?:BOS|EOS|PAD|UNK|CLS|SEP|MASK)_TOKEN>/,
  /<(?:start|end)_of_(?:turn|image|audio|text|utterance)>/,
  /<(?:eoh|eoa|eot|eom)>/,
  // StarCoder, CodeLlama, Granite
  /<fim_(?:prefix|middle|suffix|pad)>/,
  /▁<(?:PRE|SUF|MID|EOT)>/,
  /<(?:reponame|file_sep|filename|gh_stars|issue_(?:start|comment|closed)|jupyter_(?:start|text|code|output|script)|empty_output|commit_(?:before|msg|after))>/,
  // Pictures and sound in text: LLaVA, Gemma 3, PaliGemma, Idefics, InternVL, Florence, Pixtral
  /<(?:image|video|audio)(?:_soft_token|_pad|_patch|_newline)?>/,
  /<(?:fake_token_around_image|global-img|row_\d+_col_\d+|IMG_CONTEXT|loc_?\d+|seg_?\d+|image_(?:start|end)|im_(?:start|end|patch))>/,
  // Marian, NLLB (language and script), mBART, M2M-100
  />>[A-Za-z]{2,8}(?:_[A-Za-z]{2,8})?<</,
  /[a-z]{3}_(?:Arab|Armn|Beng|Cyrl|Deva|Ethi|Geor|Grek|Gujr|Guru|Hang|Hans|Hant|Hebr|Jpan|Khmr|Knda|Laoo|Latn|Mlym|Mymr|Olck|Orya|Sinh|Taml|Telu|Tfng|Thai|Tibt)/,
  /(?:ar_AR|cs_CZ|de_DE|en_XX|es_XX|et_EE|fi_FI|fr_XX|gu_IN|hi_IN|it_IT|ja_XX|kk_KZ|ko_KR|lt_LT|lv_LV|my_MM|ne_NP|nl_XX|ro_RO|ru_RU|si_LK|tr_TR|vi_VN|zh_CN)/,
  /__[a-z]{2,3}__/,
].map(({ source }) => source);

/** Markers are written in small or capital letters; codes of languages as they are. */
const anyCase = new RegExp(`^(?:${families.slice(0, -3).join('|')})$`, 'is');
const asWritten = new RegExp(`^(?:${families.slice(-3).join('|')})$`);
/** Markers are short; DeepSeek's and Whisper's longest have under 50 characters. */
const longest = 100;

/** Whether a token is a marker by its name. */
export function isSpecialToken(token: string): boolean {
  return token.length <= longest && (anyCase.test(token) || asWritten.test(token));
}
