// <readme>
using EosMLNet;
using EosMLNet.Search;
using Microsoft.ML;
using Microsoft.ML.Data;
// </readme>

namespace EosMLNet.Tests.Readme;

#pragma warning disable IDE0051, IDE0040 // compiled, not called: it names files of the reader's
/// <summary>The first quick start's program, in parts.</summary>
internal static class FirstProgram
{
    private static void Program(string[] args)
    {
        // <readme>
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromTextFile<VqaRow>("train.tsv", hasHeader: true);

        var pipeline = ml.Transforms.LoadImages("Image", "images", "ImagePath")
            .Append(ml.VisionLanguage().OperatorSearch(new OperatorSearchOptions
            {
                ModelPath = "scenes-llava",              // a Hugging Face folder
                Constraints = { MeanVisualTokens = 48 }, // of 144 a layer
                Steps = 20,                              // the default, 200, takes longer and finds better plans
                Progress = new Progress<SearchProgress>(Console.WriteLine),
            }));

        using var model = pipeline.Fit(data);            // the search
        ml.Model.Save(model, data.Schema, "vqa.zip");    // plan and, where they are small, weights

        var test = ml.Data.LoadFromTextFile<VqaRow>("test.tsv", hasHeader: true);
        var metrics = ml.VisionLanguage().Evaluate(model.Transform(test));
        Console.WriteLine($"{metrics.Accuracy:p1} of the answers to unseen questions are right");

        var loaded = ml.Model.Load("vqa.zip", out _);    // in any process
        using var engine = ml.VisionLanguage().CreatePredictionEngine<VqaRow, VqaAnswer>(loaded); // one for each thread
        var row = new VqaRow { ImagePath = "test-00000.png", Question = "what colour is the square" };
        var answer = engine.Predict(row);
        Console.WriteLine($"{answer.PredictedAnswer} (probability {answer.Score:f2}, {answer.VisualTokens:f0} of 144 visual tokens)");
        // </readme>
    }

    // <readme>
    class VqaRow
    {
        [LoadColumn(0)] public string ImagePath { get; set; } = "";
        [LoadColumn(1)] public string Question { get; set; } = "";
        [LoadColumn(2)] public string Answer { get; set; } = "";
    }

    class VqaAnswer
    {
        public string PredictedAnswer { get; set; } = "";
        public float Score { get; set; }
        public float VisualTokens { get; set; }
    }
    // </readme>
}
