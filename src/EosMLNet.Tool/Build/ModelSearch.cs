using EosMLNet.Build.Exchange;
using EosMLNet.Data;
using EosMLNet.Latency;
using EosMLNet.Models;
using EosMLNet.Reduction;
using EosMLNet.Runtime;
using EosMLNet.Search;
using EosMLNet.Tool.CommandLine;
using EosMLNet.Tool.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tool.Build;

/// <summary>The real search: the library's, with progress for a build log.</summary>
internal sealed class ModelSearch(WorkerLog log) : IModelSearch
{
    private const int Epochs = 20; // lines of a search at normal importance

    /// <inheritdoc/>
    public void Search(BuildRequest request, BuildOptions options, string key, string folder, CancellationToken cancellation)
    {
        var device = LoadTorch(request);
        var artifact = BuildCache.Artifact(folder);
        var summary = SearchPlan(request, options, key, device, ArtifactPaths.Plan(artifact), cancellation);
        WriteArtifact(request, options, summary.Provenance, folder, device);
        AtomicFile.WriteText(ArtifactPaths.Summary(artifact), summary.ToJson());
    }

    /// <inheritdoc/>
    public void Apply(BuildRequest request, BuildOptions options, string key, string folder, CancellationToken cancellation)
    {
        var device = LoadTorch(request);
        var summary = BuildSummary.Read(ArtifactPaths.Summary(BuildCache.Artifact(folder)));
        log.High($"Putting {Path.GetFileName(request[BuildRequest.Model])} under the committed plan {Path.GetFileName(request[BuildRequest.Plan])}.");
        WriteArtifact(request, options, summary.Provenance, folder, device);
    }

    private Device LoadTorch(BuildRequest request)
    {
        var (folder, found) = new LibTorchFinder(request, Environment.GetEnvironmentVariable).Find();
        log.High($"libtorch from {found}{(folder is null ? "" : $": {folder}")}");
        TorchRuntime.EnsureLoaded(folder);
        return TorchDevice.Resolve(request[BuildRequest.Device] is { Length: > 0 } name ? name : "auto");
    }

    private BuildSummary SearchPlan(BuildRequest request, BuildOptions options, string key, Device device, string planFile, CancellationToken cancellation)
    {
        var settings = options.Settings with
        {
            WarmStart = request[BuildRequest.WarmStart] is { Length: > 0 } warm ? ReductionPlan.Load(warm) : null,
            Constraints = options.Settings.Constraints with { Latency = request[BuildRequest.LatencyTable] is { Length: > 0 } measured ? LatencyTable.Load(measured) : null },
        };
        using var model = LlavaModel.Load(request[BuildRequest.Model], DataTypes.Torch(options.DataType), device);
        settings.Check(model, SettingNames.Flat); // before the data is read
        Note(model.Notes);
        var answers = settings.Objective == SearchObjective.Answers;
        var training = VqaDataset.LoadTsv(request[BuildRequest.TrainingData], request[BuildRequest.ImageFolder], answers);
        var held = request[BuildRequest.ValidationData] is { Length: > 0 } table ? VqaDataset.LoadTsv(table, request[BuildRequest.ImageFolder], answers) : null;
        Note(training.Notes.Concat(held?.Notes ?? []));
        log.High($"Searching a plan for {Path.GetFileName(request[BuildRequest.Model])} on {device.type.ToString().ToLowerInvariant()}: {training.Examples.Count} questions about {training.Pictures.Count} pictures, {settings.Steps} steps, seed {settings.Seed}.");
        var results = new OperatorSearch(model, settings).RunSeeds([.. Enumerable.Range(settings.Seed, options.Seeds)], training, held, new InlineProgress<SearchProgress>(Report), cancellation);
        var result = results.MaxBy(one => one.Report.ValidationAccuracy)!;
        result.Plan.Save(planFile);
        log.High($"Searched for {result.Report.Seconds:0} s: {result.Plan.Sites.Count} sites, {result.Plan.Ledger.Mean:0.#} mean and {result.Plan.Ledger.Final} final visual tokens.");
        var prefill = PrefillTimer.Measure(model, result.Plan, held ?? training, cancellation);
        return Summary(request, options, key, planFile, result, prefill);
    }

    private void Note(IEnumerable<string> notes)
    {
        foreach (var note in notes)
            log.High($"Note: {note}");
    }

    private void Report(SearchProgress step)
    {
        FormattableString text = $"step {step.Step} of {step.Steps}: loss {step.Loss:0.000}, {step.MeanVisualTokens:0.0} mean visual tokens, {step.Elapsed.TotalSeconds:0} s";
        if (step.Step % Math.Max(1, step.Steps / Epochs) == 0 || step.Step == step.Steps)
            log.Normal(text);
        else
            log.Low(text);
    }

    private static BuildSummary Summary(BuildRequest request, BuildOptions options, string key, string planFile, SearchResult result, BuildSummary.PrefillSummary prefill)
    {
        var (plan, report) = (result.Plan, result.Report);
        return new BuildSummary
        {
            Version = 1,
            Plan = BuildRunner.PlanHash(planFile),
            Provenance = new BuildProvenance
            {
                Inputs = $"sha256:{key}",
                Model = plan.Model.Fingerprint,
                Data = plan.Provenance!.Data,
                Options = $"sha256:{FileHash.OfText(options.Canonical)}",
                Worker = WorkerVersion.Full,
                Seed = plan.Provenance.Seed,
                Device = plan.Provenance.Device,
                ValidationQuestions = report.ValidationQuestions,
                ValidationAccuracy = report.ValidationAccuracy,
                UnreducedAccuracy = report.UnreducedAccuracy,
                MeanVisualTokens = plan.Ledger.Mean,
            },
            Validation = new(report.ValidationQuestions, report.ValidationAccuracy, report.UnreducedAccuracy, report.FamilyDrops),
            Tokens = new(plan.Ledger.Mean, plan.Ledger.Final, plan.Ledger.MacsRatio, plan.Ledger.KvBytesRatio),
            Prefill = prefill,
            Search = new(report.Samples, Math.Round(report.Seconds, 1), report.PeakMemoryBytes),
        };
    }

    private static void WriteArtifact(BuildRequest request, BuildOptions options, BuildProvenance provenance, string folder, Device device)
    {
        var artifact = BuildCache.Artifact(folder);
        ModelArtifactFile.Write(artifact, request[BuildRequest.Model], ArtifactPaths.Plan(artifact), device, configure: one => options.Configured(one));
        ArtifactZip.Normalise(artifact, provenance);
    }
}
