"""Robustness studies: models meet degradations they were not trained for, and what that costs, with intervals.

results = run(plan_of(read_study(Path("study.yaml"))), Path("report"))
page = render(results.root)
"""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from realsr.robustness.after.compare import RunComparison, compare
    from realsr.robustness.after.merge import merge
    from realsr.robustness.after.remade import made_again
    from realsr.robustness.after.replay import replay
    from realsr.robustness.after.sweep import Sweep, run_sweep
    from realsr.robustness.cases.representative import (
        Representative,
        representative,
        write_representative,
    )
    from realsr.robustness.cases.sets import Making, TestSet
    from realsr.robustness.errors import StudyError
    from realsr.robustness.judging.gate import Verdict, judged, overall
    from realsr.robustness.page.render import render
    from realsr.robustness.results.columns import Column, columns
    from realsr.robustness.results.record import Cell, Record
    from realsr.robustness.results.store import Results, read_results
    from realsr.robustness.results.sweeps import SweepLine, read_sweeps
    from realsr.robustness.running.contestants import Contestant, baseline, contestants
    from realsr.robustness.running.planning import making_of, plan_of
    from realsr.robustness.running.run import RunPlan, run
    from realsr.robustness.study.line_choice import BASELINE, Constants, LineChoice, OfFamily
    from realsr.robustness.study.rules import Rule, Rules, read_rules
    from realsr.robustness.study.study import (
        KeptPictures,
        ModelEntry,
        PairsEntry,
        PhotographsEntry,
        Study,
        read_study,
    )

__all__ = [
    "BASELINE",
    "Cell",
    "Column",
    "Constants",
    "Contestant",
    "KeptPictures",
    "LineChoice",
    "Making",
    "ModelEntry",
    "OfFamily",
    "PairsEntry",
    "PhotographsEntry",
    "Record",
    "Representative",
    "Results",
    "Rule",
    "Rules",
    "RunComparison",
    "RunPlan",
    "Study",
    "StudyError",
    "Sweep",
    "SweepLine",
    "TestSet",
    "Verdict",
    "baseline",
    "columns",
    "compare",
    "contestants",
    "judged",
    "made_again",
    "making_of",
    "merge",
    "overall",
    "plan_of",
    "read_results",
    "read_rules",
    "read_study",
    "read_sweeps",
    "render",
    "replay",
    "representative",
    "run",
    "run_sweep",
    "write_representative",
]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "RunComparison": "realsr.robustness.after.compare",
        "compare": "realsr.robustness.after.compare",
        "merge": "realsr.robustness.after.merge",
        "made_again": "realsr.robustness.after.remade",
        "replay": "realsr.robustness.after.replay",
        "Sweep": "realsr.robustness.after.sweep",
        "run_sweep": "realsr.robustness.after.sweep",
        "Representative": "realsr.robustness.cases.representative",
        "representative": "realsr.robustness.cases.representative",
        "write_representative": "realsr.robustness.cases.representative",
        "Making": "realsr.robustness.cases.sets",
        "TestSet": "realsr.robustness.cases.sets",
        "StudyError": "realsr.robustness.errors",
        "Verdict": "realsr.robustness.judging.gate",
        "judged": "realsr.robustness.judging.gate",
        "overall": "realsr.robustness.judging.gate",
        "render": "realsr.robustness.page.render",
        "Column": "realsr.robustness.results.columns",
        "columns": "realsr.robustness.results.columns",
        "Cell": "realsr.robustness.results.record",
        "Record": "realsr.robustness.results.record",
        "Results": "realsr.robustness.results.store",
        "read_results": "realsr.robustness.results.store",
        "SweepLine": "realsr.robustness.results.sweeps",
        "read_sweeps": "realsr.robustness.results.sweeps",
        "Contestant": "realsr.robustness.running.contestants",
        "baseline": "realsr.robustness.running.contestants",
        "contestants": "realsr.robustness.running.contestants",
        "making_of": "realsr.robustness.running.planning",
        "plan_of": "realsr.robustness.running.planning",
        "RunPlan": "realsr.robustness.running.run",
        "run": "realsr.robustness.running.run",
        "BASELINE": "realsr.robustness.study.line_choice",
        "Constants": "realsr.robustness.study.line_choice",
        "LineChoice": "realsr.robustness.study.line_choice",
        "OfFamily": "realsr.robustness.study.line_choice",
        "Rule": "realsr.robustness.study.rules",
        "Rules": "realsr.robustness.study.rules",
        "read_rules": "realsr.robustness.study.rules",
        "KeptPictures": "realsr.robustness.study.study",
        "ModelEntry": "realsr.robustness.study.study",
        "PairsEntry": "realsr.robustness.study.study",
        "PhotographsEntry": "realsr.robustness.study.study",
        "Study": "realsr.robustness.study.study",
        "read_study": "realsr.robustness.study.study",
    },
)
