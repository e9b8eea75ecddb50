using System.CommandLine;
using System.Text.Json.Nodes;
using EosMLNet.Data;
using EosMLNet.Reduction;
using EosMLNet.Search;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Search;

/// <summary><c>eos search</c>: finds a plan that keeps a model's answers within limits on visual tokens and cost.</summary>
internal sealed class SearchCommand : ModelCommand
{
    private static readonly SearchSettings Defaults = new() { Constraints = new() };

    private readonly Option<string> data = CommonOptions.Data();
    private readonly Option<string> images = CommonOptions.Images();
    private readonly Option<double?> meanTokens = Limit("--mean-visual-tokens", "N", "The most visual tokens that enter a decoder layer, averaged over layers. At least one of the four limits is needed.");
    private readonly Option<double?> finalTokens = Limit("--final-visual-tokens", "N", "The most visual tokens that enter the last layer.");
    private readonly Option<double?> macsRatio = Limit("--macs-ratio", "X", "The most multiply-accumulate operations of the decoder, as a part of the unreduced model's.");
    private readonly Option<double?> kvBytesRatio = Limit("--kv-bytes-ratio", "X", "The most bytes of the key-value cache, as a part of the unreduced model's.");
    private readonly Option<string> output = CommonOptions.Required("--output", "FILE", "Plan to write (.json; learned parameters go beside it).");
    private readonly Option<string?> validation = CommonOptions.Optional("--validation", "TSV", "Held-out questions, of pictures in the same folder. Default: a tenth of the pictures of --data.");
    private readonly Option<string?> artifact = CommonOptions.Optional("--artifact", "ZIP", "Also write the model under the plan as an ML.NET model, for ml.Model.Load; its input columns are Image and Question.");
    private readonly Option<int> steps = CommonOptions.Default("--steps", "N", Defaults.Steps, "Optimiser steps.");
    private readonly Option<int?> batchSize = new("--batch-size") { HelpName = "N", Description = "Questions of one step, or pictures when no score depends on the question. Default: 16 questions or 2 pictures." };
    private readonly Option<int> seed = CommonOptions.Default("--seed", "N", Defaults.Seed, "Seed of everything random: the same seed gives the same plan on the same machine.");
    private readonly Option<double> learningRate = CommonOptions.Default("--learning-rate", "X", Defaults.LearningRate, "Adam's learning rate for the probe.");
    private readonly Option<double> siteLearningRate = CommonOptions.Default("--site-learning-rate", "X", Defaults.SiteLearningRate, "Adam's learning rate for the parameters of the sites.");
    private readonly Option<double> alignment = CommonOptions.Default("--alignment", "X", Defaults.AlignmentWeight, "Weight of keeping the text's hidden states as in the unreduced model.");
    private readonly Option<int[]?> sites = new("--sites") { HelpName = "L", Description = "Layers in front of which a site may stand. Default: all.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<ScoreCriterion[]?> scores = new("--scores")
    {
        HelpName = "NAME",
        Description = "Criteria that scores may mix: Probe, TextRelevance, ClsAttention, TextAttention, RaterAttention, Novelty, FeatureNorm. Default: the learned ones, TextAttention, and ClsAttention where the tower offers it.",
        AllowMultipleArgumentsPerToken = true,
    };

    public SearchCommand(EosConsole console)
        : base("search", "Searches where a model's visual tokens are reduced, how many are kept and what happens to the rest, within a budget.", console) =>
        AddOptions(data, images, meanTokens, finalTokens, macsRatio, kvBytesRatio, output, validation, artifact, steps, batchSize, seed, learningRate, siteLearningRate, alignment, sites, scores);

    protected override object Execute(ParseResult values, CancellationToken cancellation)
    {
        var (planFile, zipFile) = (values.GetRequiredValue(output), values.GetValue(artifact));
        OutputFile.CheckWritable(planFile);
        if (zipFile is not null)
            OutputFile.CheckWritable(zipFile);
        var folder = values.GetRequiredValue(images);
        var training = LoadData(values.GetRequiredValue(data), folder);
        var held = values.GetValue(validation) is { } table ? LoadData(table, folder) : null;
        var result = Search(values, training, held, cancellation);
        result.Plan.Save(planFile);
        Print(result, planFile);
        if (zipFile is not null)
        {
            ModelArtifactFile.Write(zipFile, values.GetRequiredValue(ModelFolder), planFile, Device(values));
            Console.Line($"ML.NET model written to {zipFile}");
        }
        return new { Plan = JsonNode.Parse(result.Plan.ToJson()), result.Report };
    }

    private static Option<double?> Limit(string name, string help, string description) => new(name) { HelpName = help, Description = description };

    private SearchSettings Settings(ParseResult values) => new()
    {
        Constraints = new SearchConstraints
        {
            MeanVisualTokens = values.GetValue(meanTokens),
            FinalVisualTokens = values.GetValue(finalTokens),
            MacsRatio = values.GetValue(macsRatio),
            KvBytesRatio = values.GetValue(kvBytesRatio),
        },
        Steps = values.GetValue(steps),
        BatchSize = values.GetValue(batchSize),
        Seed = values.GetValue(seed),
        LearningRate = values.GetValue(learningRate),
        SiteLearningRate = values.GetValue(siteLearningRate),
        AlignmentWeight = values.GetValue(alignment),
        Sites = values.GetValue(sites) is { Length: > 0 } layers ? layers : null,
        Scores = values.GetValue(scores) is { Length: > 0 } criteria ? criteria : null,
    };

    private SearchResult Search(ParseResult values, VqaDataset training, VqaDataset? held, CancellationToken cancellation)
    {
        using var model = LoadModel(values);
        var search = new OperatorSearch(model, Settings(values));
        return Console.Progress("Searching", report => search.Run(training, held, new InlineProgress<SearchProgress>(step => report(
            (double)step.Step / step.Steps,
            FormattableString.Invariant($"step {step.Step} of {step.Steps}, loss {step.Loss:0.000}, {step.MeanVisualTokens:0.0} mean visual tokens, {step.Elapsed.TotalSeconds:0} s"))), cancellation));
    }

    private void Print(SearchResult result, string planFile)
    {
        var report = result.Report;
        Console.PrintSites(result.Plan);
        Console.PrintCost(result.Plan.Ledger);
        foreach (var constraint in report.Constraints)
            Console.Line($"{constraint.Kind} {constraint.Spent:0.####} of at most {constraint.Limit:0.####}, slack {constraint.Slack:0.####}, multiplier {constraint.Multiplier:0.###}.");
        Console.Line($"Validation accuracy {report.ValidationAccuracy:0.0000}, unreduced {report.UnreducedAccuracy:0.0000}, over {report.ValidationQuestions} questions.");
        Console.Line($"{report.Samples} samples in {report.Seconds:0} s; peak memory {report.PeakMemoryBytes / 1e6:0} MB.");
        Console.Line($"Plan written to {planFile}");
    }
}
