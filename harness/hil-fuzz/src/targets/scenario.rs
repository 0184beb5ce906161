//! Scenario files, all the way to the expanded plan.
//!
//! An input is one file, or several: a line `#=== NAME` begins the next. The first is loaded together with those whose name
//! does not start with `_`, and all of them can be inherited from.

use hil_model::lab::{BenchInfo, Evidence, Lab};
use hil_plan::Options;
use hil_scenario::{Input, Known, Loaded, ReadError, Source, render};

use crate::target::Target;
use crate::targets::{expect, expect_harmless};

pub(crate) const TARGET: Target = Target {
    name: "scenario",
    about: "scenario files with what they inherit, to the expanded plan",
    words: &[
        "id = \"a\"\n",
        "title = \"a\"\n",
        "extends = \"_a.toml\"\n",
        "\n#=== _a.toml\n",
        "\n#=== b.toml\n",
        "[on]\n",
        "platform = \"desktop-cpu\"\n",
        "[workload]\n",
        "[workloads.a]\n",
        "kernel = \"lan/keyword_i8\"\n",
        "dataset = \"keywords-selfmade\"\n",
        "command = [\"a\"]\n",
        "suite = \"criterion\"\n",
        "[sampling]\n",
        "starts = 1000\n",
        "min_samples = 1000000\n",
        "budget = \"1 h\"\n",
        "[[check]]\n",
        "[[alert]]\n",
        "target = \"LAN-16\"\n",
        "metric = \"latency\"\n",
        "statistic = \"p95\"\n",
        "limit = \"< 5 ms\"\n",
        "limit = \"40..60 %\"\n",
        "limit = \"2.5 MB +- 25 %\"\n",
        "acceptable = \"< 9 ms\"\n",
        "versus = \"a\"\n",
        "order = [\"a\", \"b\"]\n",
        "conforms = \"a\"\n",
        "report = true\n",
        "needs = { cores = 4 }\n",
        "duty_cycle = { period = \"16 ms\", sleep = \"stop\" }\n",
        "severity = \"critical\"\n",
        " ms",
        " KiB",
        " mW",
        " %/h",
        " x",
        " +- ",
        "..",
        ">= ",
        "[[[[",
        "{a=",
        "a.b.c.",
    ],
    fixtures: &[("fixtures/scenarios", ".toml"), ("scenarios", ".toml")],
    check,
};

/// The files of one input.
struct Files(Vec<(String, Vec<u8>)>);

impl Files {
    fn of(bytes: &[u8]) -> Self {
        let mut files = vec![("a.toml".to_owned(), Vec::new())];
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if let Some(name) = line.strip_prefix(b"#=== ") {
                files.push((String::from_utf8_lossy(name).trim().to_owned(), Vec::new()));
            } else if let Some((_, content)) = files.last_mut() {
                content.extend_from_slice(line);
            }
        }
        Self(files)
    }
}

impl Source for Files {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let found = self.0.iter().find(|(name, _)| name == path);
        found.map(|(_, content)| content.clone()).ok_or(ReadError::NotFound)
    }
}

fn known() -> Result<Known, String> {
    let failed = |error: hil_model::id::NameError| error.to_string();
    let kernels = ["lan/keyword_i8", "lan/keyword_f32"].map(|name| name.to_owned().try_into());
    Ok(Known {
        platforms: vec!["desktop-cpu".to_owned().try_into().map_err(failed)?],
        kernels: Some(kernels.into_iter().collect::<Result<_, _>>().map_err(failed)?),
        datasets: vec!["keywords-selfmade".to_owned().try_into().map_err(failed)?],
    })
}

fn check(bytes: &[u8]) -> Result<(), String> {
    let files = Files::of(bytes);
    let named = files.0.iter().filter(|(name, _)| !name.starts_with('_'));
    let inputs: Vec<Input> = named.map(|(name, content)| Input::new(name, content.clone())).collect();
    let known = known()?;
    let loaded = hil_scenario::load(&inputs, &known, &files);
    for problem in &loaded.problems {
        let text = loaded.sources.text(&problem.file).ok_or("a problem of a file that was not read")?;
        let is_inside = problem.span.start <= problem.span.end && problem.span.end <= text.len();
        expect(is_inside && problem.line > 0 && problem.column > 0, || format!("no place: {problem:?}"))?;
        expect(!problem.kind.to_string().is_empty(), || format!("no message: {problem:?}"))?;
    }
    expect(!loaded.scenarios.is_empty() || loaded.has_errors(), || "neither a scenario nor an error".to_owned())?;
    expect_harmless("the rendered problems", &render(&loaded.problems, &loaded.sources, false))?;
    expect(render(&loaded.problems, &loaded.sources, true).len() < 1 << 20, || "megabytes of problems".to_owned())?;
    let again = hil_scenario::load(&inputs, &known, &files);
    expect(again.problems == loaded.problems && again.scenarios == loaded.scenarios, || {
        "not the same twice".to_owned()
    })?;
    planned(&loaded)
}

/// What was accepted can be planned.
fn planned(loaded: &Loaded) -> Result<(), String> {
    for scenario in &loaded.scenarios {
        expect_harmless("a title", &scenario.title)?;
        for check in &scenario.checks {
            expect(check.place.line > 0 && !check.place.file.is_empty(), || format!("no place: {:?}", check.place))?;
        }
    }
    let Some(first) = loaded.scenarios.first() else { return Ok(()) };
    let bench = BenchInfo::new(first.platform.clone(), Evidence::Host, 4);
    let lab = Lab { benches: vec![bench], ..Lab::default() };
    for quick in [false, true] {
        let options = Options { seed: 1, quick, budget: None };
        let plan = hil_plan::plan(&loaded.scenarios, &lab, &std::collections::BTreeMap::new(), &options);
        let same = hil_plan::plan(&loaded.scenarios, &lab, &std::collections::BTreeMap::new(), &options);
        expect(plan == same, || "not the same plan twice".to_owned())?;
    }
    Ok(())
}
