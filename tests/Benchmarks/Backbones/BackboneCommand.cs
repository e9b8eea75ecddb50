using System.CommandLine;
using System.Globalization;
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
    internal const int Seed = 3005;

    /// <summary>The sizes that the model was trained on.</summary>
    internal static readonly ImageSize[] Sizes = [new(144, 144), new(144, 192)];

    private readonly Option<bool> quick = new("--quick") { Description = "Everything once, on next to nothing: whether the program works." };
    private readonly Option<int> seeds = new("--seeds") { Description = "Searches, with the seeds from 1.", DefaultValueFactory = _ => 3 };
    private readonly Option<int?> steps = new("--steps") { Description = "Steps of each search; as many as a search has by default, if not given." };
    private readonly Option<string> work = new("--work") { Description = "Where images and plans are kept between runs.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("tests", "Benchmarks", "out") };
    private readonly Option<string> output = new("--output") { Description = "Where the report goes.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("build", "docs", "benchmarks") };

    internal BackboneCommand()
        : base("backbones", "Answers of scenes-qwen, whose images differ in their visual tokens: unreduced, under presets, and under searched plans at one ninth of the tokens.")
    {
        foreach (var option in new Option[] { quick, seeds, steps, work, output })
            Add(option);
        SetAction(values => Measure(values.GetValue(quick) ? QualitySettings.Quick : QualitySettings.Full, values.GetValue(seeds), values.GetValue(steps), values.GetValue(work)!, values.GetValue(output)!));
    }

    private static int Measure(QualitySettings settings, int seeds, int? steps, string work, string output)
    {
        TorchRuntime.EnsureLoaded();
        var folder = Path.Combine(work, settings.Name);
        var data = Data(folder, settings);
        using var model = VisionLanguageModel.Load(Path.Combine(AppContext.BaseDirectory, "scenes-qwen"), ModelDataType.Float32, use: ModelUse.Search);
        var parts = Sizes.Select(size => BackbonePart.Of(model, data.Test, size)).ToList();
        var rows = new List<BackboneRow>();
        var refused = new List<string>();

        Add("unreduced", "unreduced", _ => ReductionPlan.Identity(model.ToPlanModel()));
        var search = Search(settings, seed: 1);
        search = search with { Steps = steps ?? search.Steps };
        for (var seed = 1; seed <= seeds; seed++)
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            var plan = new OperatorSearch(model, search with { Seed = seed }).Run(data.Search, data.Validation).Plan;
            plan.Save(Path.Combine(folder, $"scenes-qwen-{seed}.plan.json"));
            Add("EOS", "EOS", _ => plan, seed, clock.Elapsed.TotalSeconds);
        }
        foreach (var (name, preset) in Presets.All)
        {
            try
            {
                Add(name, "preset", part => part.Preset(preset, Share));
            }
            catch (EosException e)
            {
                refused.Add($"{name}: {e.Message}");
            }
        }
        var document = new BackboneDocument(Hardware.Describe(), model.Fingerprint, data.Search.Images.Count, data.Test.Images.Count,
            data.Test.Examples.Count, search.Steps, rows, refused);
        document.Save(output);
        AtomicFile.WriteText(Path.Combine(output, "backbones.md"), BackbonePage.Write(document));
        parts.ForEach(part => part.Dispose());
        return 0;

        void Add(string method, string kind, Func<BackbonePart, ReductionPlan> planOf, int seed = 0, double seconds = 0)
        {
            var done = parts.Select(part => (part, Plan: planOf(part))).Select(one =>
                (one.part.Size, one.Plan, one.part.Data, Answers: one.part.Test(one.Plan), Share: one.part.ShareOf(one.Plan))).ToList();
            var families = done.SelectMany(part => part.Data.Examples.Zip(part.Answers.Scores)).GroupBy(one => one.First.Family)
                .OrderBy(family => family.Key, StringComparer.Ordinal).ToDictionary(family => family.Key, family => Math.Round(family.Average(one => one.Second), 5));
            var bySize = done.ToDictionary(part => $"{part.Size}", part => Math.Round(part.Answers.FamilyAverage, 5));
            var share = done.Sum(part => part.Share * part.Data.Images.Count) / data.Test.Images.Count;
            var plans = string.Join("; ", done.Select(part => Words(part.Plan)).Distinct());
            rows.Add(new BackboneRow(method, kind, seed, Math.Round(share, 5), Math.Round(families.Values.Average(), 5), bySize, families, plans, Math.Round(seconds, 1)));
            Console.WriteLine(FormattableString.Invariant($"{DateTime.Now:HH:mm:ss} {method} {seed}: {rows[^1].Accuracy:p2}, {string.Join(", ", bySize.Select(size => FormattableString.Invariant($"{size.Key} {size.Value:p2}")))}"));
        }
    }

    /// <summary>Its images and questions.</summary>
    internal static QualityData Data(string folder, QualitySettings settings) => QualityData.Load(folder, settings with { DataSeed = Seed }, Sizes);

    /// <summary>Its searches.</summary>
    internal static SearchSettings Search(QualitySettings settings, int seed) => settings.Shorten(new SearchSettings { Constraints = new() { MeanVisualShare = Share }, Seed = seed });

    private static string Words(ReductionPlan plan) => string.Join(", ", plan.Sites.Select(site => string.Create(CultureInfo.InvariantCulture,
        $"{(site.KeepShare is { } share ? $"{100 * share:0.#} %" : $"{site.Keep}")} from layer {site.Layer}")));
}
