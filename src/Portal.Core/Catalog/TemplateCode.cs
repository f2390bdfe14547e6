namespace Portal.Core.Catalog;

/// <summary>The code that the templates put into the editor: complete programs on libraries that the images have.</summary>
internal static class TemplateCode
{
    public const string ScikitLearn = """"
        """Trains a classifier, reports its metrics and keeps the model."""
        import os, pickle
        from sklearn.datasets import load_breast_cancer
        from sklearn.ensemble import GradientBoostingClassifier
        from sklearn.metrics import roc_auc_score
        from sklearn.model_selection import train_test_split
        import portal_report as report

        x, y = load_breast_cancer(return_X_y=True)
        x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.3, random_state=7)

        model = GradientBoostingClassifier(n_estimators=60, learning_rate=0.1, random_state=7)
        report.parameter("n_estimators", model.n_estimators)
        report.parameter("learning_rate", model.learning_rate)
        model.fit(x_train, y_train)

        for step, (train, test) in enumerate(zip(model.train_score_, model.staged_predict_proba(x_test))):
            report.metric("train_loss", train, step)
            report.metric("test_auc", roc_auc_score(y_test, test[:, 1]), step)
            if step % 10 == 0:
                print(f"step {step}: train loss {train:.4f}", flush=True)

        with open(os.path.join(os.environ["PORTAL_OUTPUT_DIR"], "model.pkl"), "wb") as file:
            pickle.dump(model, file)
        print("test AUC", roc_auc_score(y_test, model.predict_proba(x_test)[:, 1]))

        """";

    public const string Python = """"
        import os, time
        import portal_report as report

        for step in range(20):
            report.metric("progress", step / 19, step)
            print("step", step, flush=True)
            time.sleep(0.5)

        with open(os.path.join(os.environ["PORTAL_OUTPUT_DIR"], "result.txt"), "w") as file:
            file.write("done\n")

        """";
}
