using Microsoft.ML;

namespace Site.Tests.PackagePages;

#pragma warning disable IDE0051, CA1822 // compiled, not called: it names files of the reader's
/// <summary>What the page of the package EosMLNet shows.</summary>
internal static class LibraryPage
{
    private static void Program(MLContext ml, IDataView data)
    {
        var pipeline = ml.Transforms.LoadImages("Image", "images", "ImagePath")
            .Append(ml.VisionLanguage().OperatorSearch(
                new OperatorSearchOptions { ModelPath = "scenes-llava", Constraints = { MeanVisualTokens = 48 } }));
        using var model = pipeline.Fit(data);          // columns Image, Question, Answer
        ml.Model.Save(model, data.Schema, "vqa.zip");  // ml.Model.Load("vqa.zip", out _) in any process
    }
}
