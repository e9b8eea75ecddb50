using EosMLNet.Build.Exchange;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tensors;
using EosMLNet.Tool.CommandLine;
using EosMLNet.Tool.Report;
using EosMLNet.Tool.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tool.Build;

/// <summary>The real search: the library's, with progress for a build log.</summary>
internal sealed class ModelSearch(WorkerLog log) : IModelSearch
{
    private const int Epochs = 20; // lines of a search at normal importance
    private const int MostStepsLost = 10; // of a search that is stopped

    private int resumedFrom;

    /// <inheritdoc/>
    public void Search(BuildRequest request, IReadOnlyList<BuildOptions> front, IReadOnlyList<string> keys, IReadOnlyList<string> folders,
        string checkpoint, CancellationToken cancellation)
    {
        var device = LoadTorch(request);
        string[] plans = [.. folders.Select(folder => ArtifactPaths.Plan(BuildCache.Artifact(folder)))];
        var summaries = SearchPlans(request, front, keys, device, plans, checkpoint, cancellation);
        for (var i = 0; i < summaries.Count; i++)
        {
            WriteArtifact(request, front[i], summaries[i].Provenance, folders[i]);
            AtomicFile.WriteText(ArtifactPaths.Summary(BuildCache.Artifact(folders[i])), summaries[i].ToJson());
        }
    }

    /// <inheritdoc/>
    public void Apply(BuildRequest request, BuildOptions options, string key, string folder, CancellationToken cancellation)
    {
        LoadTorch(request);
        var summary = BuildSummary.Read(ArtifactPaths.Summary(BuildCache.Artifact(folder)));
        var (name, file) = (Path.GetFileName(request[BuildRequest.Model]), Path.GetFileName(request[BuildRequest.Plan]));
        log.High($"Putting {name} under the committed plan {file}.");
        var plan = ReductionPlan.Load(ArtifactPaths.Plan(BuildCache.Artifact(folder)));
        foreach (var remark in CheckPadding(request[BuildRequest.Plan], plan, options.ImagePadding))
            log.High($"{remark}");
        CheckDataType(request[BuildRequest.Plan], summary.Validation, options.DataType);
        WriteArtifact(request, options, summary.Provenance, folder);
    }

    /// <inheritdoc/>
    public void Report(BuildRequest request, BuildOptions options, string plan, CancellationToken cancellation)
    {
        var device = LoadTorch(request);
        log.Activity(LiveTargets.Report);
        var (loaded, output) = (ReductionPlan.Load(plan), request[BuildRequest.Output]);
        var name = Path.GetFileNameWithoutExtension(output);
        var padding = PaddingChoice.Of(options.ImagePadding, (name, loaded)).Padding;
        using var model = VisionLanguageModel.Load(
            request[BuildRequest.Model], options.DataType, device, padding: padding, prompts: options.Prompts);
        var settings = new ReportSettings
        {
            Model = Path.GetFileName(request[BuildRequest.Model]),
            Table = Path.GetFileName(request[BuildRequest.ValidationData]),
            Plans = [(name, loaded)],
            Latency = request[BuildRequest.LatencyTable] is { Length: > 0 } measured ? LatencyTable.Load(measured) : null,
        };
        var data = VqaDataset.LoadTsv(
            request[BuildRequest.ValidationData], request[BuildRequest.ImageFolder], videos: model.Processor?.Images.Sampling);
        var quiet = new EosConsole(TextWriter.Null, TextWriter.Null, isTerminal: false); // the log says what is going on
        new ReportMaker(model, settings, quiet).Make(data, request[BuildRequest.Report], cancellation);
    }

    /// <summary>What is to be said about how a committed plan treats images that are not square.</summary>
    /// <exception cref="EosException">EOS3005: the item asks for another treatment than the plan was searched with.</exception>
    internal static IReadOnlyList<string> CheckPadding(string name, ReductionPlan plan, ImagePadding? asked)
    {
        if (asked is { } padding && PaddingChoice.Searched(plan) is { } searched && searched != padding)
        {
            throw new EosException(EosErrors.StalePlan,
                $"The committed plan '{name}' was searched with ImagePadding {searched}, the item says {padding}. " +
                "Leave ImagePadding out of the item, or build with EosMode=Search, and commit what it writes.");
        }
        return PaddingChoice.Of(asked, ($"'{name}'", plan)).Remarks;
    }

    /// <summary>Checks that answers will be given in the type in which a committed plan was measured.</summary>
    /// <exception cref="EosException">EOS3005: the item asks for another. Before 8 bits were measured as they answer, the type was not
    /// recorded; then only they are another.</exception>
    internal static void CheckDataType(string name, BuildSummary.ValidationSummary measured, ModelDataType asked)
    {
        if (measured.DataType is { } type ? type != asked : asked == ModelDataType.Int8)
            throw new EosException(EosErrors.StalePlan,
                $"The accuracy of the committed plan '{name}' was measured in DataType {measured.DataType ?? ModelDataType.Auto}, the " +
                $"item says {asked}. Change it, or build with EosMode=Search, and commit what it writes.");
    }

    private Device LoadTorch(BuildRequest request)
    {
        log.Activity(LiveTargets.LibTorch);
        var (folder, found) = new LibTorchFinder(request, Environment.GetEnvironmentVariable).Find();
        log.High($"libtorch from {found}{(folder is null ? "" : $": {folder}")}");
        TorchRuntime.EnsureLoaded(folder);
        return TorchDevice.Resolve(request[BuildRequest.Device] is { Length: > 0 } name ? name : "auto");
    }

    private IReadOnlyList<BuildSummary> SearchPlans(BuildRequest request, IReadOnlyList<BuildOptions> front, IReadOnlyList<string> keys,
        Device device, IReadOnlyList<string> planFiles, string checkpoint, CancellationToken cancellation)
    {
        var options = front[0];
        var latency = request[BuildRequest.LatencyTable] is { Length: > 0 } measured ? LatencyTable.Load(measured) : null;
        SearchConstraints[] constraints = [.. front.Select(one => one.Settings.Constraints with { Latency = latency })];
        var settings = options.Settings with
        {
            CheckpointPath = checkpoint,
            CheckpointEvery = Math.Clamp(options.Settings.Steps / 50, 1, MostStepsLost),
            WarmStart = request[BuildRequest.WarmStart] is { Length: > 0 } warm ? ReductionPlan.Load(warm) : null,
            Constraints = constraints[0],
        };
        log.Activity(LiveTargets.Model);
        using var model = Load(request, options, device, ModelUse.Search);
        foreach (var one in constraints)
            (settings with { Constraints = one }).Check(model, SettingNames.Flat); // before the data is read
        Note(model.Notes);
        log.Activity(LiveTargets.Data);
        var answers = settings.Objective == SearchObjective.Answers;
        var videos = model.Processor?.Images.Sampling;
        var training = VqaDataset.LoadTsv(request[BuildRequest.TrainingData], request[BuildRequest.ImageFolder], answers, videos);
        var held = request[BuildRequest.ValidationData] is { Length: > 0 } table
            ? VqaDataset.LoadTsv(table, request[BuildRequest.ImageFolder], answers, videos) : null;
        Note(training.Notes.Concat(held?.Notes ?? []));
        var (name, kind) = (Path.GetFileName(request[BuildRequest.Model]), device.type.ToString().ToLowerInvariant());
        var data = $"{training.Examples.Count} questions about {training.Images.Count} images";
        var plans = front.Count == 1 ? "a plan" : $"{front.Count} plans";
        log.High($"Searching {plans} for {name} on {kind}: {data}, {settings.Steps} steps, seed {settings.Seed}.");
        var ofSeeds = Searched(model, settings, constraints, options.Seeds, training, held, cancellation);
        using var other = model.HasAnswerForm ? null : Answering(request, options, device, model);
        var answering = other ?? model;
        ofSeeds = [.. ofSeeds.Select(plans => plans.Select(one => one.AsAnsweredBy(answering, cancellation)).ToArray())];
        SearchResult[] best = [.. front.Select((_, i) => ofSeeds.Select(plans => plans[i]).MaxBy(one => one.Report.ValidationAccuracy)!)];
        foreach (var (result, planFile) in best.Zip(planFiles))
        {
            result.Plan.Save(planFile);
            var (sites, ledger) = (result.Plan.Sites.Count, result.Plan.Ledger);
            log.High(
                $"Searched for {result.Report.Seconds:0} s: {sites} sites, {ledger.Mean:0.#} mean and {ledger.Final} final visual tokens.");
        }
        log.Activity(LiveTargets.Prefill);
        return [.. best.Select((result, i) =>
            Summary(front[i], keys[i], planFiles[i], result, Timed(answering, result, held ?? training, device, cancellation)))];
    }

    private static VisionLanguageModel Load(BuildRequest request, BuildOptions options, Device device, ModelUse use) =>
        VisionLanguageModel.Load(
            request[BuildRequest.Model], options.DataType, device, padding: options.ImagePadding ?? PaddingChoice.Default, use: use,
            prompts: options.Prompts);

    // The model as the artifact will answer; the one that was searched makes room for it.
    private VisionLanguageModel Answering(BuildRequest request, BuildOptions options, Device device, VisionLanguageModel searched)
    {
        var (name, form) = (Path.GetFileName(request[BuildRequest.Model]), searched.AnswerForm);
        log.High($"Measuring {name} in {form}, as it will answer; it was searched in {searched.Form}.");
        searched.Dispose();
        log.Activity(LiveTargets.Model);
        return Load(request, options, device, ModelUse.Answer);
    }

    private static BuildSummary.PrefillSummary Timed(
        VisionLanguageModel model, SearchResult result, VqaDataset data, Device device, CancellationToken cancellation)
    {
        var prefill = PrefillTimer.Measure(model, result.Plan, data, cancellation);
        return prefill with
        {
            Remark = SpeedRemark.For(
                result.Plan, prefill.Milliseconds, prefill.UnreducedMilliseconds, isCpu: device.type == TorchSharp.DeviceType.CPU),
        };
    }

    private void Note(IEnumerable<string> notes)
    {
        foreach (var note in notes)
            log.Note(note);
    }

    // A state that cannot be used, of a disk that was full say, is no reason to fail: the search takes as long as without it.
    private IReadOnlyList<IReadOnlyList<SearchResult>> Searched(
        VisionLanguageModel model, SearchSettings settings, IReadOnlyList<SearchConstraints> front, int seeds, VqaDataset training,
        VqaDataset? held, CancellationToken cancellation)
    {
        int[] all = [.. Enumerable.Range(settings.Seed, seeds)];
        for (var first = true; ; first = false)
        {
            try
            {
                return new OperatorSearch(model, settings).RunFrontAndKeep(front, all, training, held,
                    new InlineProgress<SearchProgress>(Report), cancellation);
            }
            catch (EosException e) when (first && e.Code == EosErrors.SearchCheckpoint)
            {
                const string Anew = "cannot be used and is removed; the search begins anew.";
                log.High($"{e.Code}: the state that an earlier build kept of this search {Anew} {e.Detail}");
                foreach (var seed in all)
                    File.Delete(OperatorSearch.CheckpointOf(settings, seed)!);
            }
        }
    }

    private void Report(SearchProgress progress)
    {
        if (progress.ResumedFrom > 0 && progress.ResumedFrom != resumedFrom)
            log.High($"The search goes on from step {progress.ResumedFrom} of {progress.Steps}, where an earlier build was stopped.");
        resumedFrom = progress.ResumedFrom;
        log.Progress(progress);
        if (progress.Phase != SearchPhase.Steps)
            return;
        var (tokens, seconds) = (progress.MeanVisualTokens, progress.Elapsed.TotalSeconds);
        FormattableString text =
            $"step {progress.Step} of {progress.Steps}: loss {progress.Loss:0.000}, {tokens:0.0} mean visual tokens, {seconds:0} s";
        if (progress.Step % Math.Max(1, progress.Steps / Epochs) == 0 || progress.Step == progress.Steps)
            log.Normal(text);
        else
            log.Low(text);
    }

    private static BuildSummary Summary(
        BuildOptions options, string key, string planFile, SearchResult result, BuildSummary.PrefillSummary prefill)
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
                Form = report.MeasuredForm,
                ValidationAccuracy = report.ValidationAccuracy,
                UnreducedAccuracy = report.UnreducedAccuracy,
                MeanVisualTokens = plan.Ledger.Mean,
            },
            Validation = new(report.ValidationQuestions, report.ValidationAccuracy, report.UnreducedAccuracy, report.FamilyDrops)
            {
                DataType = options.DataType,
                Form = report.MeasuredForm,
                SearchedForm = report.SearchedForm,
                SearchedAccuracy = report.SearchedAccuracy,
            },
            Tokens = new(plan.Ledger.Mean, plan.Ledger.Final, plan.Ledger.MacsRatio, plan.Ledger.KvBytesRatio),
            Prefill = prefill,
            Search = new(report.Samples, Math.Round(report.Seconds, 1), report.PeakMemoryBytes),
        };
    }

    private void WriteArtifact(BuildRequest request, BuildOptions options, BuildProvenance provenance, string folder)
    {
        log.Activity(LiveTargets.Artifact);
        var artifact = BuildCache.Artifact(folder);
        // Where large weights lay on the build machine is nobody's business.
        ModelArtifactFile.Write(
            artifact, request[BuildRequest.Model], ArtifactPaths.Plan(artifact), configure: one => options.Configured(one),
            namesFolder: false, additions: new Dictionary<string, byte[]> { [BuildProvenance.EntryName] = provenance.ToBytes() });
    }
}
