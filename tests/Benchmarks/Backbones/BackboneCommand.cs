using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Benchmarks.Quality;
using Benchmarks.Report;
using EosMLNet;
using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tensors;
using EosMLNet.Tests;
using ScenesVqa;

namespace Benchmarks.Backbones;

/// <summary>
/// <c>backbones</c>: accuracy of scenes-qwen, whose images have different numbers of visual tokens, unreduced, under presets and under plans
/// that were searched, at one ninth of the tokens, on questions that no search saw.
/// </summary>
internal sealed class BackboneCommand : Command
{
    internal const double Share = 1.0 / 9;
    private const int Seed = 3005;

    /// <summary>The sizes that the model was trained on.</summary>
    private static readonly ImageSize[] Sizes = [new(96, 96), new(96, 144)];

    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n" };

    private readonly Option<bool> quick = new("--quick") { Description = "Everything once, on next to nothing: whether the program works." };
    private readonly Option<int> seeds = new("--seeds") { Description = "Searches, with the seeds from 1.", DefaultValueFactory = _ => 3 };
    private readonly Option<string> work = new("--work") { Description = "Where images and plans are kept between runs.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("tests", "Benchmarks", "out") };
    private readonly Option<string> output = new("--output") { Description = "Where the report goes.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("build", "docs", "benchmarks") };

    internal BackboneCommand()
        : base("backbones", "Answers of scenes-qwen, whose images differ in their visual tokens: unreduced, under presets, and under searched plans at one ninth of the tokens.")
    {
        foreach (var option in new Option[] { quick, seeds, work, output })
            Add(option);
        SetAction(values => Measure(values.GetValue(quick) ? QualitySettings.Quick : QualitySettings.Full, values.GetValue(seeds), values.GetValue(work)!, values.GetValue(output)!));
    }

    private static int Measure(QualitySettings settings, int seeds, string work, string output)
    {
        TorchRuntime.EnsureLoaded();
        var folder = Path.Combine(work, settings.Name);
        var data = QualityData.Load(folder, settings with { DataSeed = Seed }, Sizes);
        using var model = VisionLanguageModel.Load(Path.Combine(AppContext.BaseDirectory, "scenes-qwen"), ModelDataType.Float32, use: ModelUse.Search);
        using var images = new ImageCache(model, data.Test);
        var rows = new List<BackboneRow>();
        var refused = new List<string>();

        Add("unreduced", "unreduced", ReductionPlan.Identity(model.ToPlanModel()));
        for (var seed = 1; seed <= seeds; seed++)
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            var search = settings.Shorten(new SearchSettings { Constraints = new() { MeanVisualShare = Share }, Seed = seed });
            var plan = new OperatorSearch(model, search).Run(data.Search, data.Validation).Plan;
            plan.Save(Path.Combine(folder, $"scenes-qwen-{seed}.plan.json"));
            Add("EOS", "EOS", plan, seed, clock.Elapsed.TotalSeconds);
        }
        foreach (var (name, preset) in Presets.All)
        {
            try
            {
                Add(name, "preset", InShares(preset(model.ToPlanModel(), Share * model.VisualTokens)));
            }
            catch (EosException e)
            {
                refused.Add($"{name}: {e.Message}");
            }
        }
        var document = new BackboneDocument(Hardware.Describe(), model.Fingerprint, data.Search.Images.Count, data.Test.Images.Count,
            data.Test.Examples.Count, rows, refused);
        AtomicFile.WriteText(Path.Combine(output, "backbones.json"), JsonSerializer.Serialize(document, Readable) + "\n");
        AtomicFile.WriteText(Path.Combine(output, "backbones.md"), BackbonePage.Write(document));
        return 0;

        void Add(string method, string kind, ReductionPlan plan, int seed = 0, double seconds = 0)
        {
            using var reduced = new ReducedModel(model, plan);
            var result = Evaluator.Evaluate(reduced, data.Test, images: images);
            var families = result.ByFamily.OrderBy(family => family.Key, StringComparer.Ordinal)
                .ToDictionary(family => family.Key, family => Math.Round(family.Value, 5));
            var scored = data.Test.Examples.Zip(result.Scores, (row, score) => (Row: row, Size: SizeOf(data.Test, row), Right: score));
            var bySize = scored.GroupBy(one => one.Size).OrderBy(size => size.Key, StringComparer.Ordinal)
                .ToDictionary(size => size.Key, size => Math.Round(size.GroupBy(one => one.Row.Family).Average(family => family.Average(one => one.Right)), 5));
            var share = data.Test.Images.Cast<RgbImage>().Average(image => ShareOf(model, plan, image));
            rows.Add(new BackboneRow(method, kind, seed, Math.Round(share, 5), Math.Round(result.FamilyAverage, 5), bySize, families, Words(plan), Math.Round(seconds, 1)));
            Console.WriteLine(FormattableString.Invariant($"{DateTime.Now:HH:mm:ss} {method} {seed}: {rows[^1].Accuracy:p2}, {string.Join(", ", bySize.Select(size => FormattableString.Invariant($"{size.Key} {size.Value:p2}")))}"));
        }
    }

    // A preset's counts are those of the model's usual image; each image keeps the same part of its own.
    private static ReductionPlan InShares(ReductionPlan plan) => ReductionPlan.Create(plan.Model,
        plan.Sites.Select(site => site with { Keep = 0, KeepShare = (double)site.Keep / plan.Model.VisualTokens }));

    private static string SizeOf(VqaDataset data, VqaExample row) =>
        data.Images[row.Images[0]] is RgbImage image ? $"{new ImageSize(image.Height, image.Width)}" : "video";

    private static double ShareOf(VisionLanguageModel model, ReductionPlan plan, RgbImage image)
    {
        var seen = model.Processor!.Images.SizeSeen(new(image.Height, image.Width));
        var tokens = model.LayoutOf(new ImageShape(0, seen.Height, seen.Width)).Count;
        var (left, at, sum) = (tokens, 0, 0.0);
        foreach (var site in KeptCounts.Of(plan.Model, plan.Sites, tokens))
        {
            sum += (double)left * (site.Layer - at);
            (left, at) = (site.Keep, site.Layer);
        }
        return (sum + (double)left * (model.LayerCount - at)) / model.LayerCount / tokens;
    }

    private static string Words(ReductionPlan plan) => string.Join(", ", plan.Sites.Select(site =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * site.KeepShare:0.#} % from layer {site.Layer}")));
}
