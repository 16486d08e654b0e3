import {
  consortiumAbi,
  errorsAbi,
  partCertificatesAbi,
  partCustodyAbi,
  partMetadataAbi,
  partTwinsAbi,
  paymentChannelsAbi,
  qualityNotificationsAbi,
  recallsAbi,
  telemetryAnchorsAbi,
  titleMetadataAbi,
  vehicleKeysAbi,
  vehicleRecordsAbi,
  vehicleTitleAbi,
  workOrdersAbi,
} from "../../sdk/src/abi/index.js";
import { ERROR_WORDS } from "../../sdk/src/errors/errorWords.js";
import {
  campaign,
  campaignNumber,
  day,
  lot,
  part,
  tag,
  time,
} from "../../sdk/src/errors/errorWords/formats.js";
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
  WorkOrders: workOrdersAbi,
  PartTwins: partTwinsAbi,
  PartMetadata: partMetadataAbi,
  PartCustody: partCustodyAbi,
  PartCertificates: partCertificatesAbi,
  Recalls: recallsAbi,
  QualityNotifications: qualityNotificationsAbi,
  PaymentChannels: paymentChannelsAbi,
  TelemetryAnchors: telemetryAnchorsAbi,
};

/** The sections of the document, and how the names of their errors begin. */
const SECTIONS: readonly [title: string, names: RegExp][] = [
  ["Members and authority", /^(?:Access|Consortium)/],
  ["Titles", /^(?:Title|ERC721|ERC7943)/],
  ["Records", /^Records/],
  ["Hardware keys", /^Keys/],
  ["Parts", /^(?:Parts|ERC1155)/],
  ["Work orders", /^WorkOrders/],
  ["Custody", /^Custody/],
  ["Certificates", /^Certificates/],
  ["Recalls", /^Recalls/],
  ["Quality notifications", /^Notifications/],
  ["Payment channels", /^(?:Channel|Asset|Balance|Reserve)/],
  ["Mandates", /^Mandate/],
  ["Telemetry", /^Telemetry/],
];

const INTRODUCTION = `# Errors

<!-- Written by scripts/generate-docs.ts from the ABIs and sdk/src/errors/errorWords. Do not edit. -->

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
  const sections = SECTIONS.map(([title, names]) =>
    section(
      title,
      errors.filter(({ name }) => names.test(name)),
    ),
  );
  const others = errors.filter(({ name }) => !SECTIONS.some(([, names]) => names.test(name)));
  return [INTRODUCTION, ...sections, section("Libraries", others)].join("\n");
}

function section(title: string, errors: readonly AbiError[]): string {
  return [
    `## ${title}\n`,
    "| error | what it says | what to do | declared by |",
    "| --- | --- | --- | --- |",
    ...errors.map(row),
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
    const shapes = [
      [lot(number), `lot _${name}_`],
      [part(number), `part _${name}_`],
      [campaign(number), `campaign _${name}_`],
      [campaignNumber(number), `_${name}_`],
      [`"role ${number}"`, `_${name}_`],
      [`lock ${number}`, `_${name}_`],
      [tag(number), `_${name}_`],
      [time(number), `_${name}_`],
      [day(number), `_${name}_`],
      [`${number}`, `_${name}_`],
    ] as const;
    return shapes.reduce((result, [shape, named]) => result.replaceAll(shape, named), text);
  }, says(chosen));
}

const FIRST_NUMBER = 9_000_000;

/** Values that the words turn into one of a few. */
const CHOICES: ErrorValues = { locks: 1, isSet: true };
