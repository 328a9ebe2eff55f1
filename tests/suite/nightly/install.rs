//! What an operator installs: units and lines for cron, completions, manual pages, and files that monitoring reads.

use std::process::{Command, Stdio};

use clap::CommandFactory;

use yardstick::tables::cells::Table;

use super::{small_bodies, small_released, with_one_indicator};
use crate::support::rows;

#[test]
fn the_units_are_valid_and_hardened() {
    let workspace = with_one_indicator();
    let units = workspace.expect(0, &["schedule", "--systemd"]).stdout;
    let (service, timer) = units.split_once("# /etc/systemd/system/yardstick.timer").unwrap();
    let folder = workspace.path("units");
    let (service, timer) = (workspace.write("units/yardstick.service", service), workspace.write("units/yardstick.timer", timer));
    let analyze = |arguments: &[&str]| {
        let output = Command::new("systemd-analyze").args(arguments).args([&service, &timer]).env("SYSTEMD_UNIT_PATH", &folder).output();
        output.map(|output| (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()))
    };
    let Ok((valid, told)) = analyze(&["verify", "--man=no", "--recursive-errors=no"]) else {
        return crate::support::skipped("systemd-analyze");
    };
    assert!(valid && !told.contains("yardstick."), "{told}");
    let service = service.to_string_lossy().into_owned();
    let output =
        Command::new("systemd-analyze").args(["security", "--offline=true", "--threshold=20", "--no-pager", &service]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// The nightly run used another method than the one that was asked for; a path that no line can hold broke the crontab.
#[test]
fn lines_to_install_say_what_was_asked_for() {
    let workspace = with_one_indicator();
    for kind in ["--systemd", "--crontab"] {
        let lines = workspace.expect(0, &["--membership", "as-of", "--statement-seconds", "900", "schedule", kind]).stdout;
        assert!(lines.contains("--membership as-of --statement-seconds 900 --log-format json"), "{lines}");
        assert!(!workspace.expect(0, &["schedule", kind]).stdout.contains("--membership"));
        for odd in [&b"a\nb"[..], b"a\xffb"] {
            let folder = workspace.root.path().join(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(odd));
            let output = workspace.command(&["schedule", kind, "--data"]).arg(folder).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.code() == Some(2) && said.contains("cannot stand in a unit or a crontab"), "{said}");
        }
    }
    let units = workspace.expect(0, &["schedule", "--systemd", "--data", "/srv/${HOME}/100%"]).stdout;
    assert!(units.contains("--data \"/srv/$${HOME}/100%%\"") && units.contains("ReadWritePaths=\"/srv/${HOME}/100%%\""), "{units}");
}

/// The line of cron printed nothing, so that nobody got a mail, and hid the exit code.
#[test]
fn the_line_of_cron_prints_what_is_not_in_order() {
    let workspace = with_one_indicator();
    let lines = workspace.expect(0, &["schedule", "--crontab"]).stdout;
    let line = lines.lines().last().unwrap().strip_prefix("20 * * * * ").unwrap().replace("\\%", "%");
    // Nothing can be pulled: every source is by hand or away.
    let line = line.replace(" run --due", &format!(" run --due --from '{}' --only itu/internet_use", small_bodies()));
    let run = |line: &str| {
        let output = Command::new("sh").args(["-c", line]).env("YARDSTICK_NOW", crate::support::NOW).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert_eq!(run(&line), (Some(0), String::new()));
    // The record of another process that was locked out meanwhile is none of this run, though it is the last by name.
    workspace.write("data/runs/20991231T000000Z/run.json", "{\n  \"process\": 1,\n}");
    workspace.write("data/runs/20991231T000000Z/run.txt", "locked out");
    workspace.write("sql/indicators/9_wrong.sql", "SELECT");
    let (code, told) = run(&line);
    assert!(code == Some(2) && told.contains("wrong use, exit code 2"), "{code:?} {told}");
    assert!(!told.contains("locked out"), "{told}");
    assert!(!workspace.read("data/yardstick.log").is_empty());
    // One that could write no record leaves the end of the log.
    std::fs::remove_dir_all(workspace.path("data/runs")).unwrap();
    workspace.write("data/runs", "");
    let (code, told) = run(&line);
    assert!(code.is_some_and(|code| code != 0) && told.contains("1 problem in the workspace"), "{code:?} {told}");
}

/// A data set that failed was asked again each hour.
#[test]
fn what_fails_is_asked_again_with_growing_pauses() {
    let workspace = small_released();
    workspace.write("pipelines/job.toml", "[publication]\nformats = []\n[notify]\nmetrics = \"data/yardstick.prom\"\n");
    workspace.write("bad/itu/internet_use/internet_use.csv", "<!DOCTYPE html><html></html>");
    let (mut asked, mut pauses) = (0, Vec::new());
    // What is due stays due, so to look before each hour at which it is asked is to look at all of them.
    for hour in [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 47] {
        let now = format!("2026-11-{:02}T{:02}:20:00Z", 25 + hour / 24, hour % 24);
        let json: serde_json::Value =
            serde_json::from_str(&workspace.run(&["--format", "json", "plan", "--due", "--from", "bad", "--now", &now]).stdout).unwrap();
        let is_asked =
            json["data"]["steps"].as_array().unwrap().iter().any(|step| step["name"] == "itu/internet_use" && step["action"] == "read");
        if is_asked {
            pauses.push(hour - asked);
            asked = hour;
            workspace.expect(3, &["run", "--quiet", "--due", "--from", "bad", "--now", &now]);
        }
    }
    // Its schedule lets it be asked from 01:10 on.
    assert_eq!(pauses, [1, 1, 2, 4, 8, 16]);
    // Meanwhile it has failed for those who watch, and `status` has the moment that `plan` has.
    let now = ["--now", "2026-11-26T10:00:00Z"];
    workspace.expect(0, &[&["run", "--quiet", "--due", "--from", "bad"][..], &now].concat());
    assert!(workspace.read("data/yardstick.prom").contains("yardstick_dataset_failed{dataset=\"itu/internet_use\"} 1"));
    let of = |verb: &[&str], list: &str, name: &str| {
        let answer = workspace.json(0, &[verb, &now].concat());
        answer["data"][list].as_array().unwrap().iter().find(|one| one[name] == "itu/internet_use").unwrap().clone()
    };
    let next = of(&["status"], "data_sets", "data_set")["next_due"].as_str().unwrap().to_owned();
    let planned = of(&["plan", "--due", "--from", "bad"], "steps", "name");
    assert_eq!((&planned["action"], &planned["why"][0]), (&"wait".into(), &format!("due at {next}").into()));
}

#[test]
fn every_argument_has_a_help_text_and_every_verb_a_page() {
    let mut commands = vec![yardstick::cli::Cli::command()];
    while let Some(command) = commands.pop() {
        let without: Vec<&str> = command.get_arguments().filter(|a| a.get_help().is_none()).map(|a| a.get_id().as_str()).collect();
        assert_eq!(without, Vec::<&str>::new(), "{}", command.get_name());
        assert!(command.get_about().is_some(), "{}", command.get_name());
        commands.extend(command.get_subcommands().cloned());
    }
    let workspace = with_one_indicator();
    for (shell, part) in [("bash", "complete -F _yardstick"), ("zsh", "#compdef yardstick"), ("fish", "complete -c yardstick")] {
        let script = workspace.expect(0, &["completions", shell]).stdout;
        assert!(script.contains(part) && script.contains("rollback"), "{shell}");
    }
    workspace.expect(0, &["man", "pages"]);
    assert!(workspace.read("pages/yardstick-run.1").contains("nightly job") && workspace.path("pages/yardstick-release-pin.1").exists());
}

#[test]
fn those_who_are_told_get_the_record_and_monitoring_its_files() {
    let workspace = with_one_indicator();
    let told = workspace.path("told").display().to_string();
    workspace.write(
        "pipelines/job.toml",
        format!(
            "[publication]\nformats = [\"csv\"]\n[notify]\ncommand = [\"sh\", \"-c\", \"echo $YARDSTICK_MOMENT $YARDSTICK_EXIT_CODE >> {told}; cat >> {told}.json\"]\non = [\"start\", \"done\", \"failed\"]\nmetrics = \"data/metrics/yardstick.prom\"\nopenlineage = \"data/openlineage\"\n"
        ),
    );
    workspace.expect(0, &["run", "--quiet", "--from", &small_bodies()]);
    assert_eq!(workspace.read("told"), "start\ndone 0\n");
    assert!(workspace.read("told.json").contains("\"published\""));
    let metrics = workspace.read("data/metrics/yardstick.prom");
    for line in ["yardstick_run_exit_code 0", "yardstick_release_age_seconds 0", "yardstick_dataset_rows{dataset=\"itu/internet_use\"} 531"]
    {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in\n{metrics}");
    }
    assert!(metrics.contains("yardstick_checks_total{severity=\"error\",outcome=\"passed\"}"), "{metrics}");
    // Every sample follows the type of its family, and no family comes twice.
    let mut family = String::new();
    let mut families = std::collections::BTreeSet::new();
    for line in metrics.lines() {
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            assert_eq!(kind, if name.ends_with("_total") { "counter" } else { "gauge" }, "{name}");
            family = name.to_owned();
            assert!(families.insert(family.clone()), "{family}");
        } else if !line.starts_with('#') {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with(&family) && value.parse::<f64>().is_ok(), "{line}");
        }
    }
    // And as the tool of Prometheus reads it.
    if let Ok(promtool) = Command::new("promtool").args(["check", "metrics"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn() {
        std::io::Write::write_all(&mut promtool.stdin.as_ref().unwrap(), metrics.as_bytes()).unwrap();
        let output = promtool.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let event: serde_json::Value = serde_json::from_str(&workspace.read("data/openlineage/20261124T023000Z.complete.json")).unwrap();
    assert_eq!((event["eventType"].as_str(), event["outputs"][0]["name"].as_str()), (Some("COMPLETE"), Some("values")));
    assert!(workspace.path("data/openlineage/20261124T023000Z.start.json").exists());
    // A start while another run is at work says nothing of the night, and is not told.
    {
        let mut lock = std::fs::File::options().write(true).truncate(true).open(workspace.path("data/lock")).unwrap();
        lock.lock().unwrap();
        std::io::Write::write_all(&mut lock, b"{\"verb\":\"run\",\"process\":1,\"since\":\"2026-11-24T02:29:00Z\"}").unwrap();
        workspace.expect(75, &["run", "--quiet", "--from", &small_bodies(), "--now", "2026-11-25T02:30:00Z"]);
    }
    assert_eq!((workspace.read("told"), workspace.read("data/metrics/yardstick.prom")), ("start\ndone 0\n".to_owned(), metrics));
    assert!(!workspace.path("data/openlineage/20261125T023000Z.fail.json").exists());
    // A wrong call tells of its own end, and of the data sets what is known.
    let wrong = workspace.write("sql/indicators/9_wrong.sql", "SELECT");
    workspace.expect(2, &["run", "--quiet", "--from", &small_bodies(), "--now", "2026-11-26T02:30:00Z"]);
    std::fs::remove_file(wrong).unwrap();
    let metrics = workspace.read("data/metrics/yardstick.prom");
    for line in ["yardstick_run_exit_code 2", "yardstick_dataset_failed{dataset=\"itu/internet_use\"} 0"] {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in\n{metrics}");
    }
    // Nothing of it can fail a run.
    workspace.write(
        "pipelines/job.toml",
        "[publication]\nformats = [\"csv\"]\n[notify]\ncommand = [\"/nowhere/at/all\"]\nmetrics = \"data/lock/x.prom\"\naddress = \"http://127.0.0.1:1/x\"\n",
    );
    let run = workspace.expect(0, &["run", "--from", &small_bodies()]);
    assert!(run.stderr.contains("/nowhere/at/all") && run.stderr.contains("could not be called"), "{}", run.stderr);
}

#[test]
fn a_value_is_shown_in_every_release_kept() {
    let workspace = small_released();
    let file = "sql/indicators/2.1_internet_use.sql";
    workspace.write(file, workspace.read(file).replacen("title = \"", "title = \"New: ", 1));
    workspace.expect(0, &["run", "--quiet", "--from", &small_bodies(), "--now", "2026-11-25T02:30:00Z"]);
    let json = workspace.json(0, &["explain", "2.1", "--area", "KEN", "--year", "2020", "--history"]);
    let lines = json["data"]["releases"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!((lines[0]["changed"].as_bool(), lines[1]["changed"].as_bool()), (Some(true), Some(false)));
    assert_eq!(lines[0]["value"], lines[1]["value"]);
    assert!(lines[0]["value"].is_f64() && lines[0]["unit"] == "PT");
    // In another unit it is another value, as `diff` has it, though the number is the same.
    let values = workspace.release("values.parquet");
    let of = [("indicator", "internet_use"), ("ref_area", "KEN"), ("time_period", "2020"), ("estimate", "reported")];
    let cited = Table(&values).text("value_id", rows(&values, &of)[0]).unwrap().to_owned();
    workspace.write(file, workspace.read(file).replacen("unit = \"PT\"", "unit = \"PT_INT\"", 1));
    workspace.run(&["run", "--quiet", "--from", &small_bodies(), "--now", "2026-11-26", "--accept", "history_rewritten"]);
    let json = workspace.json(0, &["explain", "2.1", "--area", "KEN", "--year", "2020", "--history"]);
    let last = json["data"]["releases"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["changed"], &last["unit"]), (&true.into(), &"PT_INT".into()));
    let told = workspace.expect(0, &["explain", &cited]).stdout;
    assert!(told.contains("PT_INT with status"), "{told}");
}

/// A log in words that went into a file had the marks of colours in it, whatever `--color` said.
#[test]
fn a_log_in_a_file_has_no_colours() {
    let workspace = super::small_released();
    for (color, coloured) in [("auto", false), ("never", false), ("always", true)] {
        let mut run = workspace.command(&["run", "--log-format", "human", "--color", color, "--from", &super::small_bodies()]);
        let output = run.env_remove("NO_COLOR").output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("normalised"), "{stderr}");
        assert_eq!(stderr.contains('\u{1b}'), coloured, "{color}: {stderr}");
    }
}
