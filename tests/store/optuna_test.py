"""Reads with Debian's Optuna what the store wrote; optuna_test.cc runs it.

usage: optuna_test.py FOLDER CHECK...    checks are the functions below
FOLDER holds studies.db with the study 'mnist'. Ends with 77 where a module is missing.
"""

import math
import os
import pathlib
import re
import sys

try:
    import optuna
except ImportError as error:
    print(error)
    sys.exit(77)

optuna.logging.set_verbosity(optuna.logging.WARNING)
folder = pathlib.Path(sys.argv[1])
storage = os.environ.get("NETSMITH_TEST_STORE", f"sqlite:///{folder}/studies.db")
State = optuna.trial.TrialState


def load():
    return optuna.load_study(study_name="mnist", storage=storage)


def trials():
    """Every trial as the C++ side made it."""
    study = load()
    assert study.direction == optuna.study.StudyDirection.MAXIMIZE
    assert study.user_attrs == {"result": {"test_accuracy": [0.5]}}, study.user_attrs
    found = study.get_trials()
    assert [t.number for t in found] == list(range(12)), found
    fails = [State.FAIL] * 3
    assert [t.state for t in found] == fails + [State.COMPLETE] * 8 + [State.RUNNING]
    for trial in found:
        number = trial.number
        expected = {
            "layer1.kernel": number % 4 + 1,
            "layer1.filters": [4, 8, 64][number % 3],
            "layer1.pool": 2,
        }
        assert trial.params == expected, trial.params
        assert all(type(value) is int for value in trial.params.values())
        assert trial.user_attrs["network"] == f"{number % 4 + 1},8,2,0"
        trial._validate()
    for trial in found[:3]:
        assert trial.values is None
        assert trial.user_attrs["reason"] == "why \N{SNOWMAN}"
    assert [t.user_attrs["outcome"] for t in found[:3]] == ["refused", "diverged", "failed"]
    assert math.isnan(found[1].intermediate_values[2])
    for trial in found[3:11]:
        assert trial.value == 1 / (2 + trial.number)
        assert trial.user_attrs["params"] == 1000 + trial.number
        assert trial.user_attrs["macs"] == 5_000_000_000 + trial.number
        assert trial.intermediate_values == {1: trial.value / 3, 2: trial.value}
        seconds = 0.1 + trial.number
        assert abs(trial.duration.total_seconds() - seconds) < 1e-5  # times have 6 digits
    assert found[10].user_attrs["duplicate_of"] == 4


def results():
    """best_trial, the data frame and what its plots are drawn from."""
    study = load()
    assert study.best_trial.number == 3
    assert study.best_value == 1 / 5
    assert study.best_params == {"layer1.kernel": 4, "layer1.filters": 4, "layer1.pool": 2}
    frame = study.trials_dataframe()
    assert len(frame) == 12
    assert frame["value"].max() == 1 / 5
    assert frame["user_attrs_network"][3] == "4,8,2,0"
    assert frame["user_attrs_reason"][0] == "why \N{SNOWMAN}"
    assert frame["user_attrs_macs"][3] == 5_000_000_003
    assert frame["params_layer1.filters"].tolist() == [4, 8, 64] * 4


def plots():
    """The data that Optuna's plots show."""
    from optuna.visualization import (
        _edf,
        _intermediate_values,
        _optimization_history,
        _parallel_coordinate,
    )

    study = load()
    history = _optimization_history._get_optimization_history_info_list(
        study, target=None, target_name="reward", error_bar=False
    )
    assert len(history[0].trial_numbers) == 8
    coordinates = _parallel_coordinate._get_parallel_coordinate_info(study)
    assert len(coordinates.dim_objective.values) == 8
    assert len(_edf._get_edf_info(study).lines) == 1
    _intermediate_values._get_intermediate_plot_info(study)


def importances():
    """get_param_importances, which needs scikit-learn."""
    try:
        import sklearn  # noqa: F401
    except ImportError:
        print("python3-sklearn is missing: importances are not checked")
        return
    importance = optuna.importance.get_param_importances(load())
    assert set(importance) == {"layer1.kernel", "layer1.filters", "layer1.pool"}, importance


def snippet():
    """The lines that docs/store.md shows."""
    text = (pathlib.Path(__file__).parents[2] / "docs" / "store.md").read_text()
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL).group(1)
    os.chdir(folder)
    variables = {}
    exec(code, variables)
    assert len(variables["study"].trials) == 12


def names():
    return {summary.study_name for summary in optuna.get_all_study_summaries(storage)}


def add():
    """Optuna puts studies of its own into the same file."""
    study = optuna.create_study(study_name="theirs", storage=storage, direction="minimize")
    study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2, n_trials=3)
    assert len(study.trials) == 3
    assert "theirs" in names()


def delete():
    """Optuna deletes our study."""
    optuna.delete_study(study_name="mnist", storage=storage)
    assert "mnist" not in names()


def follow():
    """Reads while the store is being written, until 200 trials are there."""
    study = load()
    before = 0
    while before < 200:
        found = study.get_trials()
        assert [t.number for t in found] == list(range(len(found)))
        assert len(found) >= before
        before = len(found)
        for trial in found:
            assert len(trial.params) == 3
            if trial.state.is_finished():
                assert trial.value == 1 / (2 + trial.number)
                assert {"network", "params", "macs"} <= set(trial.user_attrs)


try:
    for check in sys.argv[2:]:
        globals()[check]()
except ImportError as error:  # pandas is imported by trials_dataframe only
    print(error)
    sys.exit(77)
