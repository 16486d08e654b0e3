import {
  consortiumAbi,
  errorsAbi,
  titleMetadataAbi,
  vehicleKeysAbi,
  vehicleRecordsAbi,
  vehicleTitleAbi,
} from "../../sdk/src/abi/index.js";
import { ERROR_WORDS } from "../../sdk/src/errors/errorWords.js";
import type { ErrorValues, ErrorWords } from "../../sdk/src/errors/errorWords.js";

interface AbiError {
  name: string;
  inputs: readonly { name: string; type: string }[];
}

const CONTRACTS = {
  Consortium: consortiumAbi,
  VehicleRecords: vehicleRecordsAbi,
  VehicleTitle: vehicleTitleAbi,
  VehicleKeys: vehicleKeysAbi,
  TitleMetadata: titleMetadataAbi,
};

const INTRODUCTION = `# Errors

<!-- Written by scripts/generate-docs.ts from the ABIs and sdk/src/errors/errorWords.ts. Do not edit. -->

Every custom error of every contract: what the SDK says when a call fails with it, with the values in place of their _names_, and
what to do. \`explainError\` of the SDK finds and decodes the error in whatever ethers, viem, Hardhat or a node throws. A call
that passes through several contracts can fail with an error of any of them: a registration, say, with one of \`VehicleRecords\`.
`;

/**
 * The document that lists all custom errors.
 *
 * @throws when an error has no words.
 */
export function renderErrors(): string {
  const errors: readonly AbiError[] = errorsAbi;
  const sections = [
    section("Members and authority", errors, (name) => /^(?:Access|Consortium)/.test(name)),
    section("Titles", errors, (name) => /^(?:Title|ERC721|ERC7943)/.test(name)),
    section("Records", errors, (name) => name.startsWith("Records")),
    section("Hardware keys", errors, (name) => name.startsWith("Keys")),
    section(
      "Libraries",
      errors,
      (name) => !/^(?:Access|Consortium|Title|ERC721|ERC7943|Records|Keys)/.test(name),
    ),
  ];
  return [INTRODUCTION, ...sections].join("\n");
}

function section(title: string, errors: readonly AbiError[], belongs: (name: string) => boolean): string {
  const rows = errors.filter(({ name }) => belongs(name)).map(row);
  return [
    `## ${title}\n`,
    "| error | what it says | what to do | declared by |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

function row({ name, inputs }: AbiError): string {
  const words = ERROR_WORDS[name];
  if (words === undefined) throw new Error(`${name} has no words in sdk/src/errors/errorWords.ts`);
  const signature = `${name}(${inputs.map((input) => input.name).join(", ")})`;
  const declaredBy = Object.entries(CONTRACTS)
    .filter(([, abi]) => abi.some((item) => item.type === "error" && item.name === name))
    .map(([contract]) => `\`${contract}\``);
  return `| \`${signature}\` | ${template(words, inputs)} | ${words.fix} | ${declaredBy.join(", ")} |`.replaceAll(
    "\n",
    " ",
  );
}

/**
 * The words, with the values' names in their place: the words are made for numbers that occur nowhere else, and whatever
 * they make of such a number is replaced by the name.
 */
function template({ says }: ErrorWords, inputs: AbiError["inputs"]): string {
  const values = inputs.map(({ name }, index) => ({ name, number: FIRST_NUMBER + index }));
  const chosen = Object.fromEntries(values.map(({ name, number }) => [name, CHOICES[name] ?? number]));
  return values.reduce((text, { name, number }) => {
    const hex = number.toString(16).padStart(64, "0");
    const time = new Date(number * 1_000).toISOString().replace(".000Z", "Z");
    const shapes = [
      `"role ${number}"`,
      `lock ${number}`,
      `0x${hex.slice(0, 4)}…${hex.slice(-4)}`,
      time,
      `${number}`,
    ];
    return shapes.reduce((result, shape) => result.replaceAll(shape, `_${name}_`), text);
  }, says(chosen));
}

const FIRST_NUMBER = 9_000_000;

/** Values that the words turn into one of a few. */
const CHOICES: ErrorValues = { locks: 1, status: 1, isSet: true };
