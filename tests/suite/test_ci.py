"""The CI files are what their platforms take, are safe, and their shell steps do what the README says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from groovy_parser.parser import parse_groovy_content
from lark.exceptions import UnexpectedInput

from tests.harness.contract import requirements
from tests.harness.options import read_options
from tests.harness.plugin import TAKEN, VARIABLES
from tests.reference.app import build_app
from tests.reference.faults import FAULTS
from tests.reference.server import running
from tests.suite.pipelines import (
    BASH,
    CI,
    CONTRACT,
    GITHUB,
    GITLAB,
    JENKINSFILE,
    ROOT,
    WORKFLOW,
    Step,
    action,
    action_step,
    gitlab_job,
    gitlab_jobs,
    gitlab_step,
    jenkins_scripts,
    jenkins_steps,
    loaded,
    outline,
    readme_snippets,
    workflow_steps,
)

SECONDS = 120
"""After which a command has hung."""
ACTIONS = ("contract", "merge")
RUNNER = {"CI_PROJECT_DIR": "/builds/it", "CI_NODE_INDEX": "1", "CI_PIPELINE_IID": "7"}
"""What GitLab's runner says of a job."""
SHELL_STEPS = [
    *(action_step(name) for name in ACTIONS),
    *workflow_steps(),
    *(gitlab_step(job, **RUNNER) for job in gitlab_jobs()),
    *jenkins_steps(),
]
REPORTS = {"conformance.json", "index.html", "junit.xml", "contract.sarif", "summary.md", "badge.json", "contract.env"}
FAULT = next(fault for fault in FAULTS if fault.requirement == "EVENT-3" and not fault.chance)


@dataclass(frozen=True)
class Done:
    """A command that has ended: its exit code and what it printed."""

    code: int
    out: str


def ran(
    *words: str, given: str | None = None, folder: Path | None = None, environment: dict[str, str] | None = None
) -> Done:
    """Run a command with this input, in this folder and with this as its whole environment, or as the tests run."""
    ended = subprocess.run(
        words,
        input=given,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
    )
    return Done(ended.returncode, ended.stdout)


def tool(name: str) -> str:
    """The path of a program that came with a package."""
    return str(Path(sysconfig.get_path("scripts")) / name)


# What the platforms take


def schema_says(schema: str, *paths: Path) -> Done:
    """What a schema of a platform says of files."""
    words = (tool("check-jsonschema"), "--builtin-schema", f"vendor.{schema}")
    transform = ("--data-transform", "gitlab-ci") if schema == "gitlab-ci" else ()
    return ran(*words, *transform, *map(str, paths))


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("github-workflows", [WORKFLOW]),
        ("github-actions", [GITHUB / "actions" / name / "action.yml" for name in ACTIONS]),
        ("gitlab-ci", [GITLAB]),
    ],
)
def test_a_ci_file_keeps_the_schema_of_its_platform(schema: str, paths: list[Path]) -> None:
    done = schema_says(schema, *paths)

    assert done.code == 0, done.out


def test_the_hidden_jobs_of_gitlab_keep_the_schema_of_shown_ones(tmp_path: Path) -> None:
    path = tmp_path / "shown.json"
    path.write_text(json.dumps({name.removeprefix("."): gitlab_job(name) for name in gitlab_jobs()}), "utf-8")

    done = schema_says("gitlab-ci", path)

    assert done.code == 0, done.out


def test_what_the_readme_gives_to_copy_keeps_the_schemas(tmp_path: Path) -> None:
    github, gitlab, shards = readme_snippets()
    for number, (schema, snippet) in enumerate(
        [("github-workflows", github), ("gitlab-ci", gitlab), ("gitlab-ci", shards)]
    ):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps({"on" if key is True else key: value for key, value in snippet.items()}), "utf-8")

        done = schema_says(schema, path)

        assert done.code == 0, done.out


def test_what_the_readme_gives_to_copy_names_inputs_and_jobs_that_exist() -> None:
    github, gitlab, shards = readme_snippets()

    used = github["jobs"]["contract"]["steps"][-1]
    assert used["uses"].split("@")[0].endswith("/.github/actions/contract")
    assert set(used["with"]) <= set(action("contract")["inputs"])
    assert {job["extends"] for one in (gitlab, shards) for job in one.values() if "extends" in job} == set(
        gitlab_jobs()
    )
    assert str(GITLAB).endswith(gitlab["include"][0]["file"])


def test_the_workflow_uses_inputs_and_needs_jobs_that_exist() -> None:
    jobs = loaded(WORKFLOW)["jobs"]

    for job in jobs.values():
        assert {job["needs"]} <= set(jobs) if "needs" in job else True
        for step in job["steps"]:
            if step.get("uses", "").startswith("./"):
                name = step["uses"].removeprefix("./.github/actions/")
                assert set(step.get("with", {})) <= set(action(name)["inputs"])


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_uses_each_input_that_it_declares_and_no_other(name: str) -> None:
    text = json.dumps(action(name)["runs"])

    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(action(name)["inputs"])


def test_zizmor_finds_nothing_unsafe_in_the_github_files() -> None:
    done = ran(tool("zizmor"), "--offline", "--no-progress", "--no-exit-codes", "--format=plain", str(GITHUB))

    assert "No findings to report" in done.out, done.out
    for path in (WORKFLOW, *(GITHUB / "actions" / name / "action.yml" for name in ACTIONS)):
        assert f"completed {path}" in done.out


def test_no_shell_step_has_an_expression_in_it() -> None:
    assert not any("${{" in step.script for step in SHELL_STEPS)
    assert {script["quote"] for script in jenkins_scripts(JENKINSFILE.read_text("utf-8"))} == {"'"}


@pytest.mark.parametrize("path", [CI / "run", CONTRACT], ids=lambda path: str(path.name))
def test_shellcheck_accepts_the_scripts(path: Path) -> None:
    done = ran(tool("shellcheck"), str(path))

    assert done == Done(0, "")
    assert os.access(path, os.X_OK)


@pytest.mark.parametrize("step", SHELL_STEPS, ids=lambda step: step.name)
def test_shellcheck_accepts_the_steps(step: Step) -> None:
    shell = "bash" if step.shell == BASH else "sh"

    # SC1090: contract.env, which a step reads, is there only after a run.
    done = ran(tool("shellcheck"), f"--shell={shell}", "--exclude=SC1090", "-", given=step.script)

    assert done == Done(0, "")


def test_the_jenkinsfile_is_groovy() -> None:
    parse_groovy_content(JENKINSFILE.read_text("utf-8"))


def test_half_a_jenkinsfile_is_no_groovy() -> None:
    with pytest.raises(UnexpectedInput):
        parse_groovy_content("pipeline {\n    agent any\n")


def test_the_jenkinsfile_has_the_sections_of_a_declarative_pipeline() -> None:
    text = JENKINSFILE.read_text("utf-8")

    sections = outline(text)

    assert list(sections) == ["pipeline"]
    assert re.search(r"^    agent any$", text, re.MULTILINE)
    assert set(sections["pipeline"]) <= {"environment", "options", "parameters", "post", "stages", "tools", "triggers"}
    assert set(sections["pipeline"]["stages"]) == {"stage"}
    assert set(sections["pipeline"]["stages"]["stage"]) == {"steps"}
    assert set(sections["pipeline"]["post"]) == {"always"}


def test_the_shards_of_the_examples_have_the_whole_catalogue_between_them(tmp_path: Path) -> None:
    of_github = loaded(WORKFLOW)["jobs"]["shards"]["strategy"]["matrix"]["only"]
    of_gitlab = readme_snippets()[2]["shard"]["parallel"]["matrix"][0]["ONLY"]

    for shards in (of_github, of_gitlab):
        selected = [read_options({"ONLY": only, "REPORT_DIR": str(tmp_path)}).selected for only in shards]
        assert sorted(id for ids in selected for id in ids) == sorted(requirements())


# What the shell steps do


@dataclass(frozen=True)
class Workspace:
    """The folder that a job works in, with the files that GitHub's runner gives to a step."""

    folder: Path

    def run(self, step: Step, **environment: str) -> Done:
        """Run a step as its CI does: in a folder that is not the project's, with little else in the environment."""
        (self.folder / "step").write_text(step.script, "utf-8")
        given = {
            "PATH": os.environ["PATH"],
            "CONTRACT_PYTHON": sys.executable,
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "RUNNER_TEMP": str(self.folder),
            **step.environment,
            **environment,
        }
        return ran(*step.shell, str(self.folder / "step"), folder=self.folder, environment=given)

    @property
    def outputs(self) -> dict[str, str]:
        """What the step gave to $GITHUB_OUTPUT."""
        lines = (self.folder / "output").read_text("utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    @property
    def summary(self) -> str:
        """What the step gave to $GITHUB_STEP_SUMMARY."""
        return (self.folder / "summary").read_text("utf-8")

    @property
    def variables(self) -> dict[str, str]:
        """The variables of contract.env."""
        lines = (self.folder / "reports" / "contract.env").read_text("utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def reports(self) -> set[str]:
        """The names of the reports."""
        return {path.name for path in (self.folder / "reports").iterdir()}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A folder of its own."""
    return Workspace(tmp_path)


@pytest.fixture(scope="module")
def faulty() -> Iterator[str]:
    """The base URL of an implementation that breaks EVENT-3."""
    with running(build_app(FAULT.modifier)) as url:
        yield url


def step_of(platform: str) -> Step:
    """The step of a platform that runs the contract."""
    if platform == "github":
        return action_step("contract", only="EVENT-3")
    in_place = {"CONTRACT_SUITE": str(ROOT), "ONLY": "EVENT-3"}
    found = gitlab_step(".contract", **RUNNER) if platform == "gitlab" else jenkins_steps()[0]
    return Step(found.name, found.shell, found.script, found.environment | in_place)


PLATFORMS = pytest.mark.parametrize("platform", ["github", "gitlab", "jenkins"])


@PLATFORMS
def test_a_job_succeeds_with_a_conforming_target_and_leaves_the_reports(platform: str, workspace: Workspace) -> None:
    done = workspace.run(step_of(platform))

    assert done.code == 0, done.out
    assert "contract: conforming, exit code 0" in done.out
    assert workspace.reports() == REPORTS
    assert workspace.variables == {"CONTRACT_VERDICT": "conforming", "CONTRACT_EXIT_CODE": "0"}


@PLATFORMS
def test_a_job_fails_with_a_nonconforming_target_and_leaves_the_reports(
    platform: str, workspace: Workspace, faulty: str
) -> None:
    done = workspace.run(step_of(platform), TARGET_URL=faulty)

    assert done.code == 1, done.out
    assert "contract: nonconforming, exit code 1" in done.out
    assert workspace.reports() == REPORTS
    assert workspace.variables == {"CONTRACT_VERDICT": "nonconforming", "CONTRACT_EXIT_CODE": "1"}


@PLATFORMS
def test_a_job_fails_with_a_wrong_configuration_and_shows_no_earlier_reports(
    platform: str, workspace: Workspace
) -> None:
    (workspace.folder / "reports").mkdir()
    for name in REPORTS:
        (workspace.folder / "reports" / name).write_text("of an earlier run", "utf-8")

    done = workspace.run(step_of(platform), TARGET_CONFIG="none.toml")

    assert done.code == 4
    assert f"TARGET_CONFIG: {workspace.folder / 'none.toml'} does not exist" in done.out
    assert workspace.reports() == {"contract.env"}
    assert workspace.variables == {"CONTRACT_VERDICT": "none", "CONTRACT_EXIT_CODE": "4"}


@PLATFORMS
def test_a_job_fails_with_an_incomplete_run(platform: str, workspace: Workspace) -> None:
    done = workspace.run(step_of(platform), MAX_REQUESTS="3")

    assert done.code == 6, done.out
    assert workspace.variables == {"CONTRACT_VERDICT": "incomplete", "CONTRACT_EXIT_CODE": "6"}


def test_the_action_lets_an_incomplete_run_through_as_a_warning_where_asked(workspace: Workspace) -> None:
    step = action_step("contract", only="EVENT-3", max_requests="3", allow_incomplete="true")

    done = workspace.run(step)

    assert done.code == 0
    assert "::warning title=contract::incomplete" in done.out
    assert (workspace.outputs["verdict"], workspace.outputs["exit-code"]) == ("incomplete", "6")


def test_the_action_lets_nothing_else_through(workspace: Workspace, faulty: str) -> None:
    step = action_step("contract", target_url=faulty, only="EVENT-3", allow_incomplete="true")

    assert workspace.run(step).code == 1


def test_the_action_gives_its_outputs_and_a_summary(workspace: Workspace, faulty: str) -> None:
    workspace.run(action_step("contract", target_url=faulty, only="EVENT-3", reports="some/where"))

    reports = workspace.folder / "some" / "where"
    assert workspace.outputs == {"verdict": "nonconforming", "exit-code": "1", "reports": str(reports)}
    assert set(workspace.outputs) == set(action("contract")["outputs"]) == set(action("merge")["outputs"])
    assert workspace.summary == (reports / "summary.md").read_text("utf-8")
    assert "| EVENT-3 | MUST |" in workspace.summary


def test_a_run_without_an_answer_says_so_in_the_summary(workspace: Workspace) -> None:
    workspace.run(action_step("contract", only="EVNT-3"))

    assert workspace.outputs["verdict"] == "none"
    assert workspace.summary.startswith("## Contract: no answer\n\nExit code 4: ")


@pytest.mark.parametrize(
    "text", ["$(touch injected)", "`touch injected`", '"; touch injected; "', "' || touch injected"]
)
def test_an_input_is_never_run_as_a_command(workspace: Workspace, text: str) -> None:
    done = workspace.run(action_step("contract", only=text))

    assert done.code == 4
    assert not (workspace.folder / "injected").exists()


def test_jenkins_reads_the_verdict_for_the_description_of_the_build(workspace: Workspace) -> None:
    run, read = jenkins_steps()
    workspace.run(run, CONTRACT_SUITE=str(ROOT), ONLY="EVENT-3")

    done = workspace.run(read)

    assert done.out.splitlines()[-1] == "conforming, exit 0"


def test_gitlab_gets_the_suite_where_it_is_not_there(workspace: Workspace) -> None:
    source = workspace.folder / "source"
    (source / ".ci").mkdir(parents=True)
    (source / ".ci" / "contract").write_text("#!/bin/sh\necho this is the suite\nexit 6\n", "utf-8")
    (source / ".ci" / "contract").chmod(0o755)
    identity = ("-c", "user.name=it", "-c", "user.email=it@it.test")
    for words in (
        ("init", "--quiet", "--initial-branch=v1"),
        ("add", "."),
        (*identity, "commit", "--quiet", "-m", "it"),
    ):
        assert ran("git", *words, folder=source).code == 0
    runner = RUNNER | {"CI_PROJECT_DIR": str(workspace.folder)}

    done = workspace.run(gitlab_step(".contract", **runner), CONTRACT_REPOSITORY=source.as_uri(), CONTRACT_REF="v1")

    assert done == Done(6, "this is the suite\n")


# What .ci/contract does


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """A stand-in for Python that prints what it is called with, a line for each word."""
    path = tmp_path / "python"
    path.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", "utf-8")
    path.chmod(0o755)
    return path


def contract(workspace: Workspace, *words: str, **environment: str) -> Done:
    """Run .ci/contract with these words."""
    script = " ".join((str(CONTRACT), *words))
    return workspace.run(Step("it", ("sh", "-e"), script), **environment)


@pytest.mark.parametrize("name", VARIABLES)
def test_each_variable_of_make_test_reaches_the_suite(name: str, workspace: Workspace, recorder: Path) -> None:
    option = TAKEN.get(name, "--" + name.lower().replace("_", "-"))

    done = contract(workspace, CONTRACT_PYTHON=str(recorder), **{name: "/a value; of it"})

    assert f"{option}=/a value; of it" in done.out.splitlines()


@pytest.mark.parametrize("name", VARIABLES)
def test_each_variable_of_make_test_can_be_set_in_github_and_jenkins(name: str) -> None:
    assert name in action_step("contract").environment
    assert name in jenkins_steps()[0].environment


def test_paths_are_seen_from_the_folder_of_the_job(workspace: Workspace, recorder: Path) -> None:
    given = {"TARGET_CONFIG": "of/target.toml", "REPORT_DIR": "of/reports"}

    done = contract(workspace, CONTRACT_PYTHON=str(recorder), **given)

    assert f"--target-config={workspace.folder}/of/target.toml" in done.out
    assert f"--report-dir={workspace.folder}/of/reports" in done.out


@pytest.mark.parametrize("code", [0, 1, 6])
def test_a_verdict_without_a_report_is_a_failure_of_the_suite(workspace: Workspace, tmp_path: Path, code: int) -> None:
    broken = tmp_path / "python"
    broken.write_text(f"#!/bin/sh\nexit {code}\n", "utf-8")
    broken.chmod(0o755)

    done = contract(workspace, CONTRACT_PYTHON=str(broken))

    assert done.code == 3
    assert workspace.variables == {"CONTRACT_VERDICT": "none", "CONTRACT_EXIT_CODE": "3"}


def project(folder: Path, setup: str) -> Path:
    """A project with .ci/contract alone, and a Makefile whose setup runs this command; gives the path of the script."""
    (folder / ".ci").mkdir(parents=True)
    (folder / "Makefile").write_text(f"setup:\n\t@{setup}\n", "utf-8")
    return Path(shutil.copy(CONTRACT, folder / ".ci"))


def test_a_setup_that_fails_is_not_the_fault_of_the_target(workspace: Workspace, tmp_path: Path) -> None:
    script = project(tmp_path / "project", "exit 1")

    done = workspace.run(Step("it", ("sh", "-e"), str(script)), CONTRACT_PYTHON="")

    assert done.code == 3
    assert workspace.variables == {"CONTRACT_VERDICT": "none", "CONTRACT_EXIT_CODE": "3"}


def test_the_python_that_make_sets_up_runs_the_contract(workspace: Workspace, tmp_path: Path, recorder: Path) -> None:
    script = project(tmp_path / "project", f"mkdir -p .venv/bin && cp {recorder} .venv/bin/python")

    done = workspace.run(Step("it", ("sh", "-e"), str(script)), CONTRACT_PYTHON="")

    assert done.out.startswith("-m\npytest\n")
    assert "\ntests/contract\n" in done.out


# Shards


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the reports of two shards, each made by the action, as GitHub gives them to a later job."""
    folder = tmp_path_factory.mktemp("shards")
    for number, only in enumerate(("EVENT-3", "BATCH-3")):
        step = action_step("contract", only=only, seed="7", reports=f"contract-shards/contract-{number}")
        assert Workspace(folder).run(step).code == 0
    return folder / "contract-shards"


def test_the_merge_action_gives_the_verdict_of_the_shards(workspace: Workspace, shards: Path) -> None:
    shutil.copytree(shards, workspace.folder / "contract-shards")

    done = workspace.run(action_step("merge", only="EVENT-3,BATCH-3"))

    assert done.code == 0, done.out
    assert workspace.reports() == REPORTS
    assert workspace.outputs["verdict"] == "conforming"
    assert workspace.summary.startswith("## Contract: conforming\n\n**the reference implementation**: 2 passed, ")


def test_the_merge_action_fails_where_a_shard_is_missing(workspace: Workspace, shards: Path) -> None:
    shutil.copytree(shards / "contract-0", workspace.folder / "contract-shards" / "contract-0")

    done = workspace.run(action_step("merge", only="EVENT-3,BATCH-3", allow_incomplete="true"))

    assert done.code == 7
    assert "no shard answers for BATCH-3" in done.out
    assert workspace.variables == {"CONTRACT_VERDICT": "none", "CONTRACT_EXIT_CODE": "7"}


def test_the_merge_action_fails_where_no_shard_left_a_report(workspace: Workspace) -> None:
    done = workspace.run(action_step("merge"))

    assert done.code == 4
    assert workspace.summary.startswith("## Contract: no answer")


def test_gitlab_merges_what_the_shards_left_where_they_leave_it(workspace: Workspace, shards: Path) -> None:
    suite = {"CONTRACT_SUITE": str(ROOT), "ONLY": "EVENT-3,BATCH-3"}
    left = Path(gitlab_step(".contract-shard", **RUNNER).environment["REPORT_DIR"])
    shutil.copytree(shards / "contract-0", workspace.folder / left)
    shutil.copytree(shards / "contract-1", workspace.folder / left.parent / "2")

    done = workspace.run(gitlab_step(".contract-merge", **RUNNER), **suite)

    assert done.code == 0, done.out
    assert workspace.variables["CONTRACT_VERDICT"] == "conforming"
    kept = gitlab_job(".contract-merge")["artifacts"]["reports"]
    assert {Path(path).name for path in kept.values()} <= workspace.reports()
