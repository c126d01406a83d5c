"""The CI files as a CI reads them: the shell steps of the actions, of the GitLab jobs and of the Jenkinsfile.

Only what these files use is understood: of GitHub's expressions `inputs.NAME`, of GitLab's keys extends, variables
and script, of Groovy the calls of sh.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.harness.exchange import Json

ROOT = Path(__file__).resolve().parents[2]
CI = ROOT / ".ci"
GITHUB = ROOT / ".github"
CONTRACT = CI / "contract"
WORKFLOW = GITHUB / "workflows" / "contract.yml"
GITLAB = CI / "gitlab" / "contract.gitlab-ci.yml"
JENKINSFILE = CI / "jenkins" / "Jenkinsfile"
INPUT = re.compile(r"\$\{\{ inputs\.([a-z-]+) \}\}")
VARIABLE = re.compile(r"\$(\w+)")
SH = re.compile(r"""\bsh\b[^'"]*\((?P<arguments>[^()]*)\)""")
SCRIPT = re.compile(r"""\bscript: (?P<quote>['"])(?P<text>.*)(?P=quote)""")


@dataclass(frozen=True)
class Step:
    """A shell step: its shell's command line, the script, and the environment that the file gives it."""

    name: str
    shell: tuple[str, ...]
    script: str
    environment: dict[str, str] = field(default_factory=dict)


BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""What a `run` of GitHub with shell: bash is run with; GitLab's runner sets the same options."""
JENKINS_SHELL = ("sh", "-xe")


def loaded(path: Path) -> Json:
    """A YAML file. GitHub's key `on` is the truth value to YAML."""
    return yaml.safe_load(path.read_text("utf-8"))


def action(name: str) -> Json:
    """One of this project's composite actions."""
    return loaded(GITHUB / "actions" / name / "action.yml")


def action_step(name: str, **inputs: str) -> Step:
    """The step of an action that runs the contract, with these inputs (`_` for `-`) and the defaults of the others."""
    given = {key.replace("_", "-"): value for key, value in inputs.items()}
    declared = action(name)
    values = {key: one["default"] for key, one in declared["inputs"].items()} | given
    step = next(one for one in declared["runs"]["steps"] if "run" in one)
    environment = {key: INPUT.sub(lambda found: values[found[1]], text) for key, text in step["env"].items()}
    environment["GITHUB_ACTION_PATH"] = str(GITHUB / "actions" / name)
    return Step(f"{name} action", BASH, step["run"], environment)


def workflow_steps() -> list[Step]:
    """The shell steps of the workflow."""
    jobs = loaded(WORKFLOW)["jobs"]
    return [Step(f"{name} job", BASH, one["run"]) for name in jobs for one in jobs[name]["steps"] if "run" in one]


def gitlab_jobs() -> list[str]:
    """The names of the jobs that have a script."""
    return [name for name, job in loaded(GITLAB).items() if "script" in job]


def gitlab_job(name: str) -> Json:
    """A job with what it extends, as GitLab puts them together."""
    jobs = loaded(GITLAB)
    job = dict(jobs[name])
    base = gitlab_job(job.pop("extends")) if "extends" in job else {}
    return {**base, **job, "variables": base.get("variables", {}) | job.get("variables", {})}


def gitlab_step(name: str, **predefined: str) -> Step:
    """The script of a job, with its variables; `predefined` are the runner's."""
    job = gitlab_job(name)
    values = {key: VARIABLE.sub(lambda found: predefined[found[1]], text) for key, text in job["variables"].items()}
    return Step(f"{name} job", BASH, "\n".join(job["script"]), predefined | values)


def jenkins_steps() -> list[Step]:
    """The shell steps of the Jenkinsfile in their order, with its environment and the defaults of its parameters."""
    text = JENKINSFILE.read_text("utf-8")
    parameters = re.findall(r"string\(name: '(\w+)', defaultValue: '(.*?)'", text)
    parameters += re.findall(r"booleanParam\(name: '(\w+)', defaultValue: (\w+)", text)
    parameters += re.findall(r"choice\(name: '(\w+)', choices: \['(\w+)'", text)
    environment = re.findall(r"^ +(\w+) = '(.*?)'", text, re.MULTILINE)
    values = dict(parameters + environment)
    return [Step("Jenkinsfile", JENKINS_SHELL, script["text"], values) for script in jenkins_scripts(text)]


def jenkins_scripts(text: str) -> list[re.Match[str]]:
    """The scripts of the calls of sh, each with its `quote`. Raises ValueError for a call of another form."""
    found = []
    for call in SH.finditer(text):
        script = SCRIPT.search(call["arguments"])
        if script is None:
            raise ValueError(f"no script: in {call[0]}")
        found.append(script)
    return found


def outline(text: str) -> dict[str, Json]:
    """The blocks of a declarative pipeline as nested dicts: the name before each brace, and what is in it.

    Comments and texts in quotes are left out. Raises ValueError where the braces do not match.
    """
    bare = re.sub(r"""//[^\n]*|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""", "", text)
    blocks: list[dict[str, Json]] = [{}]
    for name, closed in re.findall(r"(\w*)[^\w{}]*\{|(\})", bare):
        if closed:
            blocks.pop()
            if not blocks:
                raise ValueError("a brace is closed that was not opened")
        else:
            blocks.append(blocks[-1].setdefault(name, {}))
    if len(blocks) != 1:
        raise ValueError("a brace is not closed")
    return blocks[0]


def readme_snippets() -> list[Json]:
    """The YAML that the README's section on CI gives to copy."""
    section = (ROOT / "README.md").read_text("utf-8").split("## You run it in CI\n")[1].split("\n## ")[0]
    return [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)]
