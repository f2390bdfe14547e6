"""Trains a credit-risk model on the German credit data and reports to the portal as any MLflow client would."""
import csv
import json
import os
import pickle
import sys
import time
import urllib.request

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

DATA = sys.argv[1] if len(sys.argv) > 1 else "german-credit.csv"
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 80
OUTPUT = os.environ.get("PORTAL_OUTPUT_DIR", "output")


def report(call, body):
    """One call of the MLflow tracking REST API; the address and the token come from the environment."""
    request = urllib.request.Request(
        f"{os.environ['MLFLOW_TRACKING_URI']}/api/2.0/mlflow/runs/{call}",
        json.dumps({"run_id": os.environ["MLFLOW_RUN_ID"], **body}).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {os.environ['MLFLOW_TRACKING_TOKEN']}"})
    urllib.request.urlopen(request, timeout=30).read()


with open(DATA, newline="") as file:
    rows = list(csv.DictReader(file))
target = [row.pop("credit_risk") == "bad" for row in rows]
columns = list(rows[0])
numeric = [i for i, c in enumerate(columns) if all(row[c].replace(".", "", 1).isdigit() for row in rows)]
table = [[float(row[c]) if i in numeric else row[c] for i, c in enumerate(columns)] for row in rows]
x_train, x_test, y_train, y_test = train_test_split(table, target, test_size=0.3, random_state=7, stratify=target)
print(f"{len(x_train)} rows to train on, {len(x_test)} to test on, {len(columns)} features", flush=True)

categorical = [i for i in range(len(columns)) if i not in numeric]
encode = ColumnTransformer([("category", OneHotEncoder(handle_unknown="ignore"), categorical)],
                           remainder="passthrough", sparse_threshold=0)
boost = GradientBoostingClassifier(n_estimators=ROUNDS, learning_rate=0.05, max_depth=3, subsample=0.8, random_state=7)
model = make_pipeline(encode, boost)
report("log-batch", {"params": [{"key": "rounds", "value": str(ROUNDS)}, {"key": "learning_rate", "value": "0.05"},
                                {"key": "max_depth", "value": "3"}]})
model.fit(x_train, y_train)

encoded = encode.transform(x_test)
for step, scores in enumerate(boost.staged_predict_proba(encoded), start=1):
    if step % 5 == 0:
        bad = scores[:, 1]
        values = {"log_loss": log_loss(y_test, bad), "roc_auc": roc_auc_score(y_test, bad),
                  "accuracy": accuracy_score(y_test, bad >= 0.5)}
        now = int(time.time() * 1000)
        report("log-batch", {"metrics": [{"key": k, "value": float(v), "step": step, "timestamp": now} for k, v in values.items()]})
        print(f"round {step:3d}  " + "  ".join(f"{k} {v:.4f}" for k, v in values.items()), flush=True)

os.makedirs(OUTPUT, exist_ok=True)
with open(os.path.join(OUTPUT, "model.pkl"), "wb") as file:
    pickle.dump(model, file)
with open(os.path.join(OUTPUT, "metrics.json"), "w") as file:
    json.dump({k: round(float(v), 6) for k, v in values.items()}, file, indent=2)
print("done", flush=True)
