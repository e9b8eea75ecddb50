using Microsoft.ML;

namespace EosMLNet.Tests;

public class ReadmeTests
{
    [Fact]
    public void The_pipeline_in_the_readme_is_the_one_that_is_compiled_here()
    {
        var source = Lines(File.ReadAllText(Repository.At("tests", "EosMLNet.Tests", "ReadmeTests.cs")), "// <readme>\n", "// </readme>");
        var readme = Lines(File.ReadAllText(Repository.At("README.md")), "```csharp\n", "```");
        Assert.NotEmpty(readme);
        Assert.Equal(readme, source);
    }

#pragma warning disable IDE0051 // compiled, not called: it names files of the reader's
    private static void Pipeline()
    {
        // <readme>
        var ml = new MLContext(seed: 1) { GpuDeviceId = 0, FallbackToCpu = true };
        var data = ml.Data.LoadFromTextFile<VqaRow>("train.tsv", hasHeader: true);     // ImagePath, Question, Answer

        var pipeline = ml.Transforms.LoadImages("Image", "images", "ImagePath")
            .Append(ml.VisionLanguage().OperatorSearch(new OperatorSearchOptions
            {
                ModelPath = "scenes-llava",                                            // a Hugging Face folder
                Constraints = { MeanVisualTokens = 16 },
            }));

        using var model = pipeline.Fit(data);                                          // the search
        ml.Model.Save(model, data.Schema, "vqa.zip");                                  // small models are embedded

        var loaded = ml.Model.Load("vqa.zip", out _);                                  // in any process
        using var engine = ml.Model.CreatePredictionEngine<VqaRow, VqaAnswer>(loaded);
        var answer = engine.Predict(new VqaRow { ImagePath = "1.png", Question = "what colour is the circle" });
        Console.WriteLine($"{answer.PredictedAnswer} ({answer.Score:p0})");
        // </readme>
    }
#pragma warning restore IDE0051

    // Without the indentation, which differs.
    private static string[] Lines(string text, string begin, string end)
    {
        // The markers' first mention is the code's, or that of this very method: the last one counts.
        var start = text.LastIndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var stop = text.IndexOf(end, start, StringComparison.Ordinal);
        return [.. text[start..stop].Split('\n').Select(line => line.Trim())];
    }
}
