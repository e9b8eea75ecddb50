using System.CommandLine;
using EosMLNet.Tests;
using ScenesVqa;

namespace Benchmarks.Pictures;

/// <summary>
/// <c>picture</c>: what the README opens with. An image of the sample, which of its visual tokens a searched plan keeps, and what plans of that
/// and other budgets cost and answer, of <c>quality.json</c>. Only the kept tokens are computed: seconds.
/// </summary>
internal sealed class PictureCommand : Command
{
    // The images of quality.md: those behind the ones that searches learn from and decide by.
    private const int Seed = 3003, FirstTestImage = 1300;

    private readonly Option<int> image = new("--image") { Description = "Which image that no search saw.", HelpName = "N", DefaultValueFactory = _ => 0 };
    private readonly Option<string> output = new("--output") { Description = "The file.", HelpName = "PNG", DefaultValueFactory = _ => Repository.At("build", "docs", "pictures", "in-short.png") };

    internal PictureCommand()
        : base("picture", "What the README opens with: kept tokens of an image, and accuracy against cost.")
    {
        Options.Add(image);
        Options.Add(output);
        SetAction(result => Draw(result.GetValue(image), result.GetValue(output)!));
    }

    private static int Draw(int image, string output)
    {
        var (scene, questions) = DatasetWriter.Distinct(Seed).Skip(FirstTestImage + image).First();
        var plan = ReductionPlan.Load(Repository.At("build", "docs", "pictures", "scenes-16.plan.json"));
        var kept = KeptShares.Of(plan, scene, [.. questions.Select(question => question.Text)]);
        var curves = Curve.Load(Repository.At("build", "docs", "benchmarks", "quality.json"));
        InShort.Save(output, DatasetWriter.EncodePng(scene), kept, questions.Count, curves);
        Console.WriteLine($"{output}: {new FileInfo(output).Length} bytes");
        return 0;
    }
}
