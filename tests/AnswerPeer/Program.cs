// A small application that answers from a saved model. Started by the benchmark `start`.
//   AnswerPeer MODEL.zip IMAGE QUESTION        -> the answer, and in a second line the milliseconds of loading and of answering
//   AnswerPeer save CHECKPOINT PLAN MODEL.zip  -> a saved model
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;

if (args is ["save", var checkpoint, var plan, var target])
{
    Save(checkpoint, plan, target);
    return;
}
var start = Stopwatch.GetTimestamp();
var ml = new MLContext();
var model = ml.VisionLanguage().LoadAnswering(args[0]);
using var engine = ml.VisionLanguage().CreatePredictionEngine<Asked, Answered>(model);
var loaded = Stopwatch.GetElapsedTime(start);
var answer = engine.Predict(new Asked { Image = [args[1]], Question = args[2] }).PredictedAnswer;
var answered = Stopwatch.GetElapsedTime(start) - loaded;
Console.WriteLine(answer);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{loaded.TotalMilliseconds:f1} {answered.TotalMilliseconds:f1}"));

static void Save(string checkpoint, string plan, string target)
{
    var ml = new MLContext();
    var rows = ml.Data.LoadFromEnumerable(Array.Empty<Asked>());
    using var model = ml.VisionLanguage().Answer(checkpoint, plan).Fit(rows);
    ml.Model.Save(model, rows.Schema, target);
}

/// <summary>A question about an image file.</summary>
internal sealed class Asked
{
    public string[] Image { get; set; } = [];
    public string Question { get; set; } = "";
}

/// <summary>Its answer.</summary>
internal sealed class Answered
{
    public string PredictedAnswer { get; set; } = "";
}
