//! `hil` outside its repository: a first scenario, bases and boards of one's own, shells and manual pages, diagnosis.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::common::{Ended, Place};

/// Runs a copy of the binary, as somebody has it who installed it: nothing of the repository is near.
fn installed(place: &Place, args: &[&str]) -> Ended {
    let copy = place.path().join("bin").join(format!("hil{}", std::env::consts::EXE_SUFFIX));
    if !copy.exists() {
        std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
        copy_program(Path::new(env!("CARGO_BIN_EXE_hil")), &copy);
    }
    let asked = place.command(args);
    let mut command = Command::new(copy);
    command.args(args).current_dir(place.path());
    for (name, value) in asked.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Ended::of(command.output().unwrap())
}

/// Copies a program that is then run. Were the copy written by this process, a child that another test starts meanwhile
/// would inherit the open file, and the system does not run a file that is open for writing ("text file busy").
fn copy_program(from: &Path, to: &Path) {
    if cfg!(unix) {
        assert!(Command::new("cp").args([from, to]).status().unwrap().success());
    } else {
        std::fs::copy(from, to).unwrap();
    }
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn from_an_empty_folder_to_a_report_in_the_commands_that_init_prints() {
    let place = Place::new();
    let ended = installed(&place, &["init"]).expect(0);
    assert_eq!(
        ended.out.replace('\\', "/"),
        "wrote ./scenarios/first.toml\nwrote ./.gitignore\n\nnext:\n  \
         hil check     # are the questions well formed?\n  hil run       # answer them\n"
    );
    let checked = installed(&place, &["check"]).expect(0);
    assert_eq!((checked.out.as_str(), checked.err.as_str()), ("1 scenario with 2 checks: no problem\n", ""));
    let planned = installed(&place, &["plan"]).expect(0).out;
    assert!(planned.contains("first-command on desktop-cpu") && planned.contains("timed iterations"), "{planned}");
    let ended = installed(&place, &["run"]);
    // How fast and how quiet this machine is decides what is proved.
    assert!([0, 3, 5].contains(&ended.code) && !ended.err.contains("rig fault"), "{}\n{}", ended.out, ended.err);
    assert!(ended.out.contains("A program of mine"), "{}", ended.out);
    assert!(place.runs()[0].join("report.html").is_file());
    let run = place.run_json();
    assert_eq!(
        (&run["checks"][0]["evidence"], &run["checks"][0]["scenario"]),
        (&"host".into(), &"first-command".into())
    );
    installed(&place, &["doctor"]).expect(0);
}

#[test]
fn without_scenarios_every_command_says_how_to_get_some() {
    let place = Place::new();
    for args in [&["check"][..], &["plan"], &["list", "scenarios"], &["run", "--only", "LAN-19"]] {
        let ended = place.hil(args).expect(0);
        assert!(ended.err.contains("built-in") && ended.err.contains("`hil init`"), "{args:?}: {}", ended.err);
    }
    assert!(place.hil(&["doctor"]).expect(0).out.contains("hil init"));
    // A folder of scenarios that has none is a mistake, not an invitation to run something else.
    std::fs::create_dir(place.path().join("scenarios")).unwrap();
    for command in ["check", "plan", "run", "doctor"] {
        let ended = place.hil(&[command]).expect(2);
        assert!(ended.err.contains("`hil init`"), "{command}: {}", ended.err);
    }
}

#[test]
fn init_keeps_what_is_there_and_shows_what_it_would_have_written() {
    let place = Place::new();
    place.write("new folder/.gitignore", "target\n");
    let first = place.hil(&["init", "new folder"]).expect(0).out;
    assert!(
        first.contains("kept  new folder/.gitignore, which is yours") && first.contains("  | /hil-runs/\n"),
        "{first}"
    );
    assert!(first.contains("cd 'new folder'"), "{first}");
    let scenario = place.path().join("new folder/scenarios/first.toml");
    let written = text(&scenario);

    place.write("new folder/.gitignore", "target\n/hil-runs/\n/lab.toml\n");
    let again = place.hil(&["init", "new folder"]).expect(0).out;
    assert_eq!(again.matches("which is as it would be written").count(), 2, "{again}");

    let mine = place.write("new folder/scenarios/first.toml", "# mine\n");
    let third = place.hil(&["init", "new folder"]).expect(0).out;
    assert!(third.contains(&format!("  | {}\n", written.lines().nth(2).unwrap())), "{third}");
    assert_eq!(text(&mine), "# mine\n");
}

#[test]
fn init_writes_nothing_at_all_where_it_cannot_write_everything() {
    let place = Place::new();
    place.write("here/scenarios", "a file in the place of the folder\n");
    let ended = place.hil(&["init", "here"]).expect(1);
    assert!(ended.err.contains("scenarios"), "{}", ended.err);
    assert!(!place.path().join("here/.gitignore").exists());
    let ended = place.hil(&["init", "there", "--board", "abacus"]).expect(2);
    assert!(ended.err.contains("abacus") && ended.err.contains("stm32f4"), "{}", ended.err);
    assert!(!place.path().join("there").exists());
}

#[test]
fn a_question_about_a_board_is_well_formed_and_not_run_without_it() {
    let place = Place::new();
    place.hil(&["init", "--board", "nrf52840"]).expect(0);
    place.hil(&["check"]).expect(0);
    let plan = place.hil(&["plan", "--only", "first-nrf52840"]).expect(0).out;
    assert!(plan.contains("first-nrf52840"), "{plan}");
}

#[test]
fn built_in_bases_answer_in_any_folder_and_files_on_disk_win() {
    let place = Place::new();
    let scenario = |budget: &str| {
        format!(
            "id = \"mine\"\ntitle = \"Mine\"\nextends = \"_base/keyword-desktop.toml\"\n{budget}\
             [[check]]\nmetric = \"latency\"\nstatistic = \"p95\"\nlimit = \"< 5 ms\"\n"
        )
    };
    place.write("mine.toml", &scenario(""));
    let ended = place.hil(&["check", "mine.toml"]).expect(0);
    assert!(ended.err.contains("_base/keyword-desktop.toml is not on disk; the built-in base"), "{}", ended.err);

    place.write(
        "_base/keyword-desktop.toml",
        "[on]\nplatform = \"desktop-cpu\"\n[workload]\nkernel = \"lan/keyword_f32\"\n",
    );
    let ended = place.hil(&["plan", "mine.toml"]).expect(0);
    assert!(ended.err.contains("in place of the built-in base"), "{}", ended.err);

    place.write("mine.toml", &scenario("").replace("keyword-desktop", "nowhere"));
    let ended = place.hil(&["check", "mine.toml"]).expect(2);
    assert!(ended.err.contains("nowhere.toml"), "{}", ended.err);
}

#[test]
fn boards_of_a_folder_can_be_named_and_win_over_built_in_ones() {
    let place = Place::new();
    let board = |platform: &str| format!("platform = \"{platform}\"\ntitle = \"A board of mine\"\nreach = \"probe\"\n");
    place.write("scenarios/_boards/abacus.toml", &board("abacus"));
    place.write("scenarios/_boards/stm32f4.toml", &board("stm32f4"));
    let listed = place.hil(&["list", "boards"]).expect(0).out.replace('\\', "/");
    assert!(listed.contains("from scenarios/_boards/abacus.toml)"), "{listed}");
    assert!(listed.contains("from scenarios/_boards/stm32f4.toml, in place of the built-in facts)"), "{listed}");
    place.hil(&["init", "--board", "abacus"]).expect(0);
    place.hil(&["check"]).expect(0);
    let ended = place.hil(&["doctor"]).expect(4);
    assert!(ended.out.contains("needs a bench of platform abacus"), "{}", ended.out);

    place.write("scenarios/_boards/sundial.toml", &board("moondial"));
    let ended = place.hil(&["check"]).expect(2);
    assert!(ended.err.contains("sundial.toml") && ended.err.contains("call it moondial.toml"), "{}", ended.err);
}

#[test]
fn doctor_ends_with_what_the_folder_needs_and_says_the_same_to_scripts() {
    let place = Place::new();
    let scenario = |program: &str| {
        format!(
            "id = \"prog\"\ntitle = \"Prog\"\n[on]\nplatform = \"desktop-cpu\"\n[workload]\ncommand = [\"{program}\"]\n\
             [[check]]\nmetric = \"latency\"\nstatistic = \"p95\"\nlimit = \"< 5 s\"\n"
        )
    };
    place.write("q.toml", &scenario("./no-such-program"));
    let ended = place.hil(&["doctor", "q.toml"]).expect(4);
    assert!(ended.out.contains("MISSING") && ended.out.contains("./no-such-program"), "{}", ended.out);
    place.write("q.toml", &scenario(if cfg!(windows) { "cmd" } else { "true" }));
    place.hil(&["doctor", "q.toml"]).expect(0);

    let ended = place.hil(&["doctor", "--format", "json", "--only", "LAN-19"]).expect(4);
    let events: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (last, findings) = events.split_last().unwrap();
    assert_eq!((&last["event"], &last["missing"]), (&"doctor-finished".into(), &1.into()));
    assert!(
        findings.iter().all(|finding| finding["event"] == "finding" && finding["next"].is_array()),
        "{}",
        ended.out
    );
    let missing = findings.iter().find(|finding| finding["state"] == "MISSING").unwrap();
    assert!(missing["next"].to_string().contains("hil data add"), "{missing:#}");

    place.write("q.toml", "id = 3\n");
    let ended = place.hil(&["doctor", "q.toml"]).expect(2);
    assert!(ended.out.contains("MISSING") && ended.err.contains("q.toml:1:6"), "{}\n{}", ended.out, ended.err);
}

/// The commands that `hil --help` lists.
fn commands(place: &Place) -> Vec<String> {
    let help = place.hil(&["--help"]).expect(0).out;
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let lines = list.lines().take_while(|line| !line.is_empty());
    // A description may go on in the next line, which is indented more.
    let named = lines.filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
    named.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn completions_know_every_command_in_every_shell() {
    let place = Place::new();
    let commands = commands(&place);
    assert!(commands.len() > 12 && commands.iter().any(|name| name == "completions"), "{commands:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.hil(&["completions", shell]).expect(0).out;
        let words: Vec<&str> = script.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
        for command in &commands {
            assert!(words.contains(&command.as_str()), "{shell} does not know {command}");
        }
    }
    place.hil(&["completions", "tcsh"]).expect(2);
}

#[cfg(unix)]
#[test]
fn bash_takes_the_completions_and_completes() {
    let place = Place::new();
    let script = place.write("hil.bash", &place.hil(&["completions", "bash"]).expect(0).out);
    let line = format!(
        "source {} && COMP_WORDS=(hil doc) COMP_CWORD=1 && _hil hil doc hil && echo \"${{COMPREPLY[@]}}\"",
        script.display()
    );
    let Ok(output) = Command::new("bash").args(["--norc", "-c", &line]).output() else {
        println!("not run: there is no bash");
        return;
    };
    assert_eq!(String::from_utf8_lossy(&output.stdout), "doctor\n", "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_manual_says_what_the_help_says_for_every_command() {
    let place = Place::new();
    let page = place.hil(&["man"]).expect(0).out;
    insta::assert_snapshot!("man", page);
    place.hil(&["man", "pages"]).expect(0);
    let mut wanted: Vec<String> = commands(&place).iter().map(|name| format!("hil-{name}.1")).collect();
    wanted.push("hil.1".to_owned());
    for name in &wanted {
        let page = text(&place.path().join("pages").join(name));
        assert!(page.contains(".SH SYNOPSIS"), "{name}: {page}");
    }
    assert_eq!(text(&place.path().join("pages/hil.1")), page);
    assert!(place.path().join("pages/hil-data-add.1").is_file());
    assert!(!place.path().join("pages/hil-agent.1").exists(), "what is hidden is not for people");
    place.write("taken", "a file");
    let ended = place.hil(&["man", "taken"]).expect(1);
    assert!(ended.err.contains("taken"), "{}", ended.err);
}
