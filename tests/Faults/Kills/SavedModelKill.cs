using Microsoft.ML;

namespace Faults.Kills;

/// <summary><c>ml.Model.Save</c>: ML.NET itself opens the file under its name, so that a kill leaves half of it.</summary>
internal sealed class SavedModelKill : KillKind
{
    private readonly MLContext ml = new();
    private (ITransformer Model, DataViewSchema Schema)? fitted;

    internal override string Name => "model-save";

    internal override string Does => "`ml.Model.Save`, where ML.NET writes the file in its place";

    internal override bool WritesInPlace => true;

    internal override void Work(KillPlace place)
    {
        var (model, schema) = fitted ??= Fitted(place);
        ml.Model.Save(model, schema, place["model.zip"]);
    }

    // Zips of ML.NET have the time in them.
    internal override bool Varies(string file) => true;

    internal override void Open(string file) => ((IDisposable)ml.VisionLanguage().Load(file, out _)).Dispose();

    private (ITransformer, DataViewSchema) Fitted(KillPlace place)
    {
        var data = ml.Data.LoadFromEnumerable(new[] { new Row { Image = ["0.png"], Question = "what?" } });
        var options = new AnswerOptions { ModelPath = place.Model, PlanPath = place.Plan, Engine = AnsweringEngine.Onnx };
        return (ml.VisionLanguage().Answer(options).Fit(data), data.Schema);
    }

    private sealed class Row
    {
        public string[] Image { get; set; } = [];
        public string Question { get; set; } = "";
    }
}
