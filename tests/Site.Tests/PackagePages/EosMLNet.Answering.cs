using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Site.Tests.PackagePages;

#pragma warning disable IDE0051, CA1822 // compiled, not called: it names files of the reader's
/// <summary>What the page of the package EosMLNet.Answering shows.</summary>
internal static class AnsweringPage
{
    private static void Program(MLContext ml, Stream upload)
    {
        using var model = ml.VisionLanguage().LoadAnswering("vqa.zip");                   // as a search, eos or a build has made it
        using var engine = ml.VisionLanguage().CreatePredictionEngine<Ask, Answer>(model); // one for each thread
        using var image = ml.VisionLanguage().LoadImage(upload);                          // a stream
        Console.WriteLine(engine.Predict(new Ask { Image = image, Question = "what colour is it?" }).PredictedAnswer);
    }

    private sealed class Ask
    {
        [ImageType(96, 96)] public MLImage? Image { get; set; }

        public string Question { get; set; } = "";
    }

    private sealed class Answer
    {
        public string PredictedAnswer { get; set; } = "";
    }
}
