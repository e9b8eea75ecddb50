// <readme>
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
// </readme>

namespace EosMLNet.Tests.Readme;

#pragma warning disable IDE0051, IDE0040 // compiled, not called: it names files of the reader's
/// <summary>The quick start's program that answers with the model of its build, in parts.</summary>
internal static class BuiltModelProgram
{
    private static void Program(string[] args)
    {
        // <readme>
        var ml = new MLContext();
        var model = ml.Model.Load(Path.Combine(AppContext.BaseDirectory, "vqa.zip"), out _);
        using var engine = ml.Model.CreatePredictionEngine<Asked, Answered>(model);
        var answer = engine.Predict(new Asked { Image = MLImage.CreateFromFile(args[0]), Question = args[1] });
        Console.WriteLine($"{answer.PredictedAnswer} (probability {answer.Score:f2})");
        // </readme>
    }

    // <readme>
    class Asked
    {
        [ImageType(96, 96)] public MLImage? Image { get; set; }
        public string Question { get; set; } = "";
    }

    class Answered
    {
        public string PredictedAnswer { get; set; } = "";
        public float Score { get; set; }
    }
    // </readme>
}
