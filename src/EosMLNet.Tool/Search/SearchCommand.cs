using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tool.CommandLine;
using static TorchSharp.torch;

namespace EosMLNet.Tool.Search;

/// <summary><c>eos search</c>: finds a plan that keeps a model's answers within limits on visual tokens and cost.</summary>
internal sealed class SearchCommand : ModelCommand
{
    private const string Several =
        " At least one limit is needed; several values of one of them are searched one by one, each plan's file named by its value.";

    private static readonly SearchSettings Defaults = new() { Constraints = new() };

    private readonly Option<string> data = CommonOptions.Data();
    private readonly Option<string> images = CommonOptions.Images();
    private readonly IReadOnlyList<(ConstraintKind Kind, Option<double[]?> Option)> limits =
        [.. ConstraintKind.ByQuantity.Select((kind, i) => (kind, Limits(kind, i == 0 ? Several : "")))];
    private readonly LatencyOptions latency = new();
    private readonly Option<double?> familyDrop = Limit("--family-drop", "X",
        "The most that the accuracy of any family of questions may fall, from 0 to 1; pulled towards, and reported. Comes beside one of " +
        "the other limits.");
    private readonly Option<string> output =
        CommonOptions.Required("--output", "FILE", "Plan to write (.json; learned parameters go beside it).");
    private readonly Option<string?> validation = CommonOptions.Optional("--validation", "TSV",
        "Held-out questions, of images in the same folder. Default: a tenth of the images of --data.");
    private readonly Option<string?> artifact = CommonOptions.Optional("--artifact", "ZIP",
        "Also write the model under the plan as an ML.NET model, for ml.Model.Load; its input columns are Image and Question.");
    private readonly Option<int> steps = CommonOptions.Default("--steps", "N", Defaults.Steps, "Optimiser steps.");
    private readonly Option<int?> batchSize = new("--batch-size")
    {
        HelpName = "N",
        Description = "Questions of one step, or images when no score depends on the question. Default: 16 questions or 2 images.",
    };
    private readonly Option<int> seed = CommonOptions.Default("--seed", "N", Defaults.Seed,
        "Seed of everything random: the same seed gives the same plan on the same machine.");
    private readonly Option<double> learningRate =
        CommonOptions.Default("--learning-rate", "X", Defaults.LearningRate, "Adam's learning rate for the learned scores.");
    private readonly Option<double> countLearningRate = CommonOptions.Default("--count-learning-rate", "X", Defaults.CountLearningRate,
        "Adam's learning rate for how many tokens each site keeps.");
    private readonly Option<double> siteLearningRate = CommonOptions.Default("--site-learning-rate", "X", Defaults.SiteLearningRate,
        "Adam's learning rate for the other parameters of the sites.");
    private readonly Option<SearchObjective> objective = CommonOptions.Default("--objective", "NAME", Defaults.Objective,
        "Answers: give the data's answers. UnreducedModel: answer as the unreduced model does; the data's answers are not looked at.");
    private readonly Option<double> alignment = CommonOptions.Default("--alignment-weight", "X", Defaults.AlignmentWeight,
        "Weight of keeping the text's hidden states as in the unreduced model.");
    private readonly Option<int[]?> alignmentLayers = new("--alignment-layers")
    {
        HelpName = "L",
        Description = "Layers whose output is kept so. Default: the last one.",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<string?> warmStart =
        CommonOptions.Optional("--warm-start", CommonOptions.PlanHelp, $"A plan that the search begins with: {CommonOptions.PlanForms}");
    private readonly Option<int?> patience = new("--patience")
    {
        HelpName = "N",
        Description =
            $"Stop after so many checks ({Defaults.CheckEvery} steps apart) without a lower validation loss, with the best values found. " +
            "Default: all steps.",
    };
    private readonly Option<string?> checkpoint = CommonOptions.Optional("--checkpoint", "FILE",
        "Keeps the state of the running search in FILE, ended by a dot and the seed; where that exists, the search goes on from it. " +
        "Deleted at the end.");
    private readonly Option<int> seeds = CommonOptions.Default("--seeds", "N", 1,
        "Search with so many seeds, from --seed on, and take the plan with the best validation accuracy.");
    private readonly Option<int?> microBatch = new("--micro-batch")
    {
        HelpName = "N",
        Description = "Questions (or images) of a step that are in memory at once. Default: all of the step.",
    };
    private readonly Option<int?> recompute = new("--recomputed-layers", "--recompute")
    {
        HelpName = "N",
        Description =
            "Layers whose activations are in memory at once; the others are run again. For large models; about the square root of the " +
            "number of layers needs least. Default: all.",
    };
    private readonly Option<string[]?> devices = new("--devices")
    {
        HelpName = "NAME",
        Description =
            "Devices that searches of several seeds or limits are handed out to, each in a process of its own, such as cuda:0 cuda:1. " +
            "The plans are those of one after another. Without --checkpoint, states are kept in the plan's file name ended by .state.",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<bool> front = new("--front")
    {
        Description =
            "Search the values of a limit together, the loosest first: each search goes on where the one before it ended. All of them " +
            "make one and a half times the steps of one.",
    };
    private readonly TuningOptions tuning = new();
    private readonly ArtifactOptions answers = new();
    // One of the seeds, for a process that --devices starts.
    private readonly Option<int?> job = new("--job") { Hidden = true };
    private readonly Option<ImagePadding?> imagePadding =
        CommonOptions.ImagePadding("square. Recorded in the plan, which is then run with the same.");
    private readonly Option<int[]?> sites = new("--sites")
    {
        HelpName = "L",
        Description = "Layers in front of which a site may stand. Default: all.",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<ScoreCriterion[]?> scores = new("--scores")
    {
        HelpName = "NAME",
        Description =
            "Criteria that scores may mix: Probe, TextRelevance, ClsAttention, TextAttention, RaterAttention, Novelty, FeatureNorm, and " +
            "TemporalNovelty for videos. " +
            "Default: the learned ones, TextAttention, and ClsAttention where the tower offers it.",
        AllowMultipleArgumentsPerToken = true,
    };

    public SearchCommand(EosConsole console)
        : base("search",
            "Searches where a model's visual tokens are reduced, how many are kept and what happens to the rest, within a budget.", console)
    {
        alignment.Aliases.Add("--alignment"); // as it was called once
        scores.CompletionSources.Add([.. Enum.GetValues<ScoreCriterion>().Where(score => score.IsSearched()).Select(score => $"{score}")]);
        AddOptions([
            data, images, .. limits.Select(limit => limit.Option), .. latency.All, familyDrop, output, validation, artifact, steps,
            batchSize, seed, seeds, learningRate, countLearningRate, siteLearningRate, objective, alignment, alignmentLayers, warmStart,
            patience, checkpoint, microBatch, recompute, imagePadding, .. Prompts.All, sites, scores, front, devices, .. tuning.All,
            .. answers.All, job]);
    }

    protected override object Execute(ParseResult values, CancellationToken cancellation)
    {
        if (values.GetValue(job) is { } seedOfJob)
            return ExecuteJob(values, seedOfJob, cancellation);
        var budgets = Budgets(values);
        CheckValues(values, budgets);
        var (planFile, zipFile) = (values.GetRequiredValue(output), values.GetValue(artifact));
        foreach (var file in budgets.SelectMany(budget =>
            new[] { planFile, Checkpoint(values), zipFile }.OfType<string>().Select(budget.Named)))
            AtomicFile.CheckWritable(file);
        latency.CheckWritable(values);
        var seedsOfEach = Seeds(values);
        var found = Devices(values) is { } names ? SearchOn(names, values, budgets, seedsOfEach, cancellation)
            : SearchHere(values, budgets, seedsOfEach, cancellation);
        var results = budgets.Zip(found, (budget, ofSeeds) => Write(values, budget, seedsOfEach, ofSeeds)).ToArray();
        foreach (var done in budgets.SelectMany(budget =>
            seedsOfEach.Select(one => OperatorSearch.CheckpointOf(Settings(values, budget), one))).OfType<string>())
            File.Delete(done); // only now: a run that was stopped finds the searches that were done
        return results.Length == 1 ? results[0] : new { Searches = results };
    }

    // Before model and data are read: what is wrong whatever they are.
    private void CheckValues(ParseResult values, IReadOnlyList<SearchedBudget> budgets)
    {
        answers.Check(values);
        var (comes, table) = (latency.Calibrates(values), latency.Given(values));
        foreach (var budget in budgets)
            Settings(values, budget, comes ? null : table).CheckValues(EosSettingNames.Of, tableComes: comes);
    }

    // Chooses among the seeds, and writes what was asked for.
    private object Write(ParseResult values, SearchedBudget budget, IReadOnlyList<int> seedsOfEach, IReadOnlyList<SearchResult> ofSeeds)
    {
        if (budget.Name is { } name)
            Console.Line($"{budget.Option} {name}:");
        if (seedsOfEach.Count > 1)
        {
            var accuracies = seedsOfEach.Zip(ofSeeds, (one, result) =>
                FormattableString.Invariant($"{one}: {result.Report.ValidationAccuracy:0.0000}"));
            Console.Line($"Validation accuracy by seed: {string.Join(", ", accuracies)}.");
        }
        var best = ofSeeds.MaxBy(result => result.Report.ValidationAccuracy)!;
        var planFile = budget.Named(values.GetRequiredValue(output));
        best.Plan.Save(planFile);
        Print(best, planFile, Device(values), latency.Batch(values));
        if (values.GetValue(artifact) is { } zip)
        {
            var zipFile = budget.Named(zip);
            Console.While("Writing the ML.NET model", () =>
                ModelArtifactFile.Write(
                    zipFile, values.GetRequiredValue(ModelFolder), planFile,
                    configure: options => answers.Apply(values, options, DataType(values), Prompts.Of(values))));
            Console.Line($"ML.NET model written to {zipFile}");
        }
        return new { Plan = JsonNode.Parse(best.Plan.ToJson()), best.Report };
    }

    private IReadOnlyList<SearchedBudget> Budgets(ParseResult values)
    {
        var budgets = SearchedBudget.All(values, [.. limits.Select(limit => limit.Option)]);
        if (!values.GetValue(front))
            return budgets;
        if (budgets.Count == 1)
            throw new EosException(EosErrors.InvalidOption, $"{front.Name} searches several plans; expected several values of one limit.");
        return [.. budgets.OrderByDescending(budget => budget.Value)];
    }

    // The limits that are searched together, each list by one search.
    private IEnumerable<IReadOnlyList<SearchedBudget>> Searches(ParseResult values, IReadOnlyList<SearchedBudget> budgets) =>
        values.GetValue(front) ? [budgets] : budgets.Select(budget => new[] { budget });

    private IReadOnlyList<int> Seeds(ParseResult values)
    {
        var (first, count) = (values.GetValue(seed), values.GetValue(seeds));
        return count >= 1 ? [.. Enumerable.Range(first, count)]
            : throw new EosException(EosErrors.InvalidOption, $"--seeds is {count}; expected at least 1.");
    }

    private string[]? Devices(ParseResult values)
    {
        if (values.GetValue(devices) is not { Length: > 0 } names)
            return null;
        if (IsGiven(values, DeviceOption))
            throw new EosException(EosErrors.InvalidOption, "--device and --devices were both given; expected one of them.");
        if (values.GetValue(front))
            throw new EosException(EosErrors.InvalidOption,
                "--front and --devices were both given; expected one of them. The plans of a front are searched one after another, on " +
                "one device.");
        if (latency.Calibrates(values))
            throw new EosException(EosErrors.InvalidOption,
                "--calibrate and --devices were both given, but searches beside each other would be in each other's measurements. " +
                "Calibrate first, with a search on one device.");
        foreach (var name in names)
            TorchDevice.Resolve(name);
        return names;
    }

    private string? Checkpoint(ParseResult values) =>
        values.GetValue(checkpoint) ?? (IsGiven(values, devices) ? values.GetRequiredValue(output) + ".state" : null);

    private static bool IsGiven(ParseResult values, Option option) => values.GetResult(option) is { Implicit: false };

    /// <inheritdoc/>
    protected override string WhenCancelled(ParseResult values)
    {
        if (Checkpoint(values) is not { } path)
            return "Nothing was kept. With --checkpoint FILE, a search that is stopped can go on.";
        var states = Budgets(values)
            .SelectMany(budget => Seeds(values).Select(one => OperatorSearch.CheckpointOf(Settings(values, budget), one)!))
            .Distinct().Where(File.Exists).ToArray();
        return states.Length == 0 ? "No step was made yet, so that nothing was kept."
            : $"The search is kept in {string.Join(", ", states)}. The same " +
                $"command{(values.GetValue(checkpoint) is null ? "" : $", with {checkpoint.Name} {path},")} goes on from there.";
    }

    private static Option<double?> Limit(string name, string help, string description) =>
        new(name) { HelpName = help, Description = description };

    private static Option<double[]?> Limits(ConstraintKind kind, string more) => new(EosSettingNames.Of(SettingNames.Of(kind)))
    {
        HelpName = kind.IsShare ? "X" : "N",
        Description = kind.Description + more,
        AllowMultipleArgumentsPerToken = true,
    };

    private SearchSettings Settings(ParseResult values, SearchedBudget budget, LatencyTable? table = null) => tuning.Apply(values, new()
    {
        Constraints = limits.Aggregate(
            latency.Apply(values, new() { Latency = table, FamilyDrop = values.GetValue(familyDrop) }),
            (constraints, limit) => constraints.With(limit.Kind, budget.Of(values, limit.Option))),
        Steps = values.GetValue(steps),
        BatchSize = values.GetValue(batchSize),
        Seed = values.GetValue(seed),
        LearningRate = values.GetValue(learningRate),
        CountLearningRate = values.GetValue(countLearningRate),
        SiteLearningRate = values.GetValue(siteLearningRate),
        Objective = values.GetValue(objective),
        AlignmentWeight = values.GetValue(alignment),
        AlignmentLayers = values.GetValue(alignmentLayers) is { Length: > 0 } aligned ? aligned : null,
        WarmStart = values.GetValue(warmStart) is { } plan ? PlanChoice.Of(plan).For(values.GetRequiredValue(ModelFolder)) : null,
        Patience = values.GetValue(patience),
        CheckpointPath = Checkpoint(values) is { } path ? values.GetValue(front) ? path : budget.Named(path) : null,
        MicroBatch = values.GetValue(microBatch),
        RecomputedLayers = values.GetValue(recompute),
        Sites = values.GetValue(sites) is { Length: > 0 } layers ? layers : null,
        Scores = values.GetValue(scores) is { Length: > 0 } criteria ? criteria : null,
    });

    private IReadOnlyList<IReadOnlyList<SearchResult>> SearchHere(ParseResult values, IReadOnlyList<SearchedBudget> budgets,
        IReadOnlyList<int> seedsOfEach, CancellationToken cancellation)
    {
        var folder = values.GetRequiredValue(images);
        var answers = values.GetValue(objective) == SearchObjective.Answers;
        var videos = Sampling(values);
        var training = Console.LoadData(values.GetRequiredValue(data), folder, videos, answers);
        var held = values.GetValue(validation) is { } heldTable ? Console.LoadData(heldTable, folder, videos, answers) : null;
        var (table, model) = TableAndModel(values, cancellation);
        try
        {
            foreach (var budget in budgets)
                Settings(values, budget, table).Check(model, EosSettingNames.Of); // all of them before the first is searched
            var found = Search(values, model, table, budgets, seedsOfEach, training, held, cancellation);
            if (model.HasAnswerForm)
                return found;
            model.Dispose(); // makes room for the one that answers
            var answering = model = Load(values, ModelUse.Answer);
            return Console.While($"Measuring in {answering.Form}", () =>
                found.Select(ofSeeds => ofSeeds.Select(result => result.AsAnsweredBy(answering, cancellation)).ToArray()).ToArray());
        }
        finally
        {
            model.Dispose();
        }
    }

    // The measurement, and the model to search. What is measured is the model that answers; where that is the same, it is loaded once.
    private (LatencyTable? Table, VisionLanguageModel Model) TableAndModel(ParseResult values, CancellationToken cancellation)
    {
        var model = Load(values, latency.Calibrates(values) ? ModelUse.Answer : ModelUse.Search);
        try
        {
            var table = latency.Table(values, model, Console, cancellation);
            if (model.IsPacked)
            {
                model.Dispose();
                model = Load(values, ModelUse.Search);
            }
            return (table, model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private VisionLanguageModel Load(ParseResult values, ModelUse use) =>
        LoadModel(values, values.GetValue(imagePadding) ?? PaddingChoice.Default, use);

    private IReadOnlyList<IReadOnlyList<SearchResult>> Search(
        ParseResult values, VisionLanguageModel model, LatencyTable? table, IReadOnlyList<SearchedBudget> budgets,
        IReadOnlyList<int> seedsOfEach, VqaDataset training, VqaDataset? held, CancellationToken cancellation) =>
        Console.Progress("Searching", display =>
        {
            var searches = Searches(values, budgets).ToArray();
            var notes = new SearchNotes(display, [.. searches.Select(together => together[0])], Console);
            return searches.SelectMany((together, i) =>
            {
                var settings = Settings(values, together[0], table);
                var ofSeeds = new OperatorSearch(model, settings).RunFrontAndKeep(
                    [.. together.Select(budget => Settings(values, budget, table).Constraints)], seedsOfEach, training, held,
                    new InlineProgress<SearchProgress>(progress => notes.Report(i, settings, seedsOfEach, progress)), cancellation);
                return together.Select((_, plan) => ofSeeds.Select(plans => plans[plan]).ToArray());
            }).ToArray();
        });

    private IReadOnlyList<IReadOnlyList<SearchResult>> SearchOn(
        IReadOnlyList<string> names, ParseResult values, IReadOnlyList<SearchedBudget> budgets, IReadOnlyList<int> seedsOfEach,
        CancellationToken cancellation)
    {
        using var work = new ScratchFolder();
        var jobs = budgets.SelectMany(budget =>
            seedsOfEach.Select(one => Job(values, budget, one, work[$"{budget.Name}.{one}"]))).ToArray();
        Console.Progress($"{jobs.Length} searches on {names.Count} devices", display =>
        {
            var notes = new CrewNotes(display, jobs, Console);
            SearchCrew.Run(names, jobs, notes.Line, notes.Ended, cancellation);
            return true;
        });
        return [.. jobs.Select(done =>
            new SearchResult(ReductionPlan.Load(done.PlanFile), JsonResult.Read<SearchReport>(done.ReportFile, "report")))
            .Chunk(seedsOfEach.Count)];
    }

    // The command line of one search: this one's, with one limit, one seed and files of its own.
    private SearchJob Job(ParseResult values, SearchedBudget budget, int one, string file)
    {
        var (planFile, reportFile) = ($"{file}.json", $"{file}.report.json");
        string[] replaced = [output.Name, "--json", artifact.Name, checkpoint.Name, devices.Name, budget.Option ?? ""];
        IEnumerable<string> same = Options.Where(option => !replaced.Contains(option.Name) && IsGiven(values, option))
            .SelectMany(option => values.GetResult(option)!.Tokens.Select(token => token.Value).Prepend(option.Name));
        IEnumerable<string> limit = budget.Name is { } value ? [budget.Option!, value] : [];
        return new($"{(budget.Name is { } name ? $"{budget.Option} {name} " : "")}seed {one}",
            [Name, .. same, .. limit, output.Name, planFile, "--json", reportFile, checkpoint.Name, budget.Named(Checkpoint(values)!),
                job.Name, one.ToString(CultureInfo.InvariantCulture)], planFile, reportFile);
    }

    private object ExecuteJob(ParseResult values, int one, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        SearchCrew.EndWithParent(stop);
        var result = SearchHere(values, Budgets(values), [one], stop.Token)[0][0];
        result.Plan.Save(values.GetRequiredValue(output));
        return new { result.Report };
    }

    private void Print(SearchResult result, string planFile, Device device, int batch)
    {
        var report = result.Report;
        Console.PrintSites(result.Plan);
        Console.PrintCost(result.Plan.Ledger);
        foreach (var one in report.Constraints)
            Console.Line($"{one.Kind} {one.Spent:0.####} of at most {one.Limit:0.####}, multiplier {one.Multiplier:0.###}.");
        if (report.Latency is { } prefill)
        {
            var (measured, predicted) = (prefill.MeasuredMs, prefill.PredictedMs);
            var (unreduced, before) = (prefill.UnreducedMeasuredMs, prefill.UnreducedPredictedMs);
            Console.Line(
                $"Prefill {measured:0.###} ms, predicted {predicted:0.###}; unreduced {unreduced:0.###} ms, predicted {before:0.###}.");
            Console.Line($"{SpeedRemark.For(result.Plan, measured, unreduced, device.type == TorchSharp.DeviceType.CPU, batch)}");
        }
        Console.Line($"{report.DescribeAccuracy()}.");
        if (report.FamilyDropLimit is { } limit)
        {
            var (family, drop) = report.FamilyDrops.MaxBy(x => x.Value);
            var (name, note) = (family.Length > 0 ? family : "the only one", drop <= limit ? "" : ", not met");
            Console.Line($"The family that fell most is {name}: by {drop:0.0000}; limit {limit:0.####}{note}.");
        }
        Console.Line($"{report.Samples} samples in {report.Seconds:0} s; peak memory {report.PeakMemoryBytes / 1e6:0} MB.");
        Console.Line($"Plan written to {planFile}");
    }
}
