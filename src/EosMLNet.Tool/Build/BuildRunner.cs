using EosMLNet.Build.Exchange;

namespace EosMLNet.Tool.Build;

/// <summary>
/// Makes one model's artifact: from the cache where the same inputs were searched before, by a search otherwise, or from a committed plan.
/// Two of them at once, on one project or on two with equal inputs, wait for each other. The stamp is written last, so that what was
/// interrupted is done again.
/// </summary>
internal sealed class BuildRunner(IModelSearch search, WorkerLog log)
{
    private Func<bool> keepsState = () => false;
    private string seconds = "";

    /// <summary>The error of a build that took too long.</summary>
    internal EosException OutOfTime() =>
        new(EosErrors.WorkerTimeout, $"The build of the model took longer than the {seconds} seconds of EosTimeout and was stopped. " +
        (keepsState() ? "The state of its search is kept: the next build with the same inputs goes on from there. " : "") +
        "Build again, raise EosTimeout, or lower Steps.");

    internal void Run(BuildRequest request, string staging, CancellationToken cancellation)
    {
        var output = request[BuildRequest.Output];
        seconds = request[BuildRequest.Timeout];
        var options = BuildOptions.Parse(request);
        if (UsesPlan(request))
            options.CheckAnswers(); // nothing is searched
        else
            options.Check(hasLatencyTable: request[BuildRequest.LatencyTable].Length > 0);
        using var turn = FileLock.Wait(Path.ChangeExtension(output, ".lock"),
            () => Wait($"Waiting for another build of {Path.GetFileName(ArtifactPaths.Artifact(output))}."), cancellation);
        var last = BuildStamp.TryRead(BuildStamp.PathFor(output));
        if (last?.Holds(request.Fingerprint(), out _) == true)
        {
            log.High($"{Path.GetFileName(ArtifactPaths.Artifact(output))} was built meanwhile by another build.");
            return;
        }
        log.Activity(LiveTargets.Inputs);
        var inputs = Inputs(request, last);
        var key = Key(request, options, inputs);
        var entry = Entry(request, options, inputs, key, staging, cancellation);
        File.Delete(BuildStamp.PathFor(output));
        var summary = BuildSummary.Read(ArtifactPaths.Summary(BuildCache.Artifact(entry)));
        Report(request, options, ArtifactPaths.Plan(BuildCache.Artifact(entry)), cancellation); // also of a plan that the gate refuses
        CheckGate(options.Gate, summary, output);
        log.Activity(LiveTargets.Artifact);
        Emit(entry, output, staging);
        if (request[BuildRequest.Mode] == "Search" && request[BuildRequest.Plan] is { Length: > 0 } plan)
            Commit(output, plan);
        WriteStamp(request, inputs, output);
        foreach (var line in BuildReport.Lines(summary, options.Gate))
            log.Result(line);
    }

    private void Report(BuildRequest request, BuildOptions options, string plan, CancellationToken cancellation)
    {
        if (request[BuildRequest.Report].Length == 0)
            return;
        if (request[BuildRequest.ValidationData].Length == 0)
        {
            log.High($"No report is written: EosMode is {request[BuildRequest.Mode]}, which reads no data.");
            return;
        }
        search.Report(request, options, plan, cancellation);
        log.High($"Report written to {request[BuildRequest.Report]}");
    }

    private void Wait(FormattableString text)
    {
        log.High(text);
        log.Activity(LiveTargets.Waiting);
    }

    private static bool UsesPlan(BuildRequest request) => request[BuildRequest.Mode] != "Search" && request[BuildRequest.Plan].Length > 0;

    private static InputFiles Inputs(BuildRequest request, BuildStamp? last)
    {
        var inputs = new InputFiles(last);
        try
        {
            AddInputs(inputs, request);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing,
                $"An input of the build cannot be read: {e.Message} Correct the EosModel item, or the file's permissions.", e);
        }
        return inputs;
    }

    private static void AddInputs(InputFiles inputs, BuildRequest request)
    {
        inputs.AddModel(request[BuildRequest.Model]);
        if (request[BuildRequest.TrainingData] is { Length: > 0 } table)
            inputs.AddTable("training", table, request[BuildRequest.ImageFolder]);
        if (request[BuildRequest.ValidationData] is { Length: > 0 } held)
            inputs.AddTable("validation", held, request[BuildRequest.ImageFolder]);
        if (request[BuildRequest.WarmStart] is { Length: > 0 } warm)
            AddPlan(inputs, "warm start", warm);
        if (request[BuildRequest.LatencyTable] is { Length: > 0 } latency)
            inputs.Add("latency table", "", latency);
    }

    private static void AddPlan(InputFiles inputs, string role, string plan)
    {
        foreach (var file in new[] { plan, ArtifactPaths.CommittedParameters(plan) }.Where(File.Exists))
            inputs.Add(role, Path.GetExtension(file), file);
    }

    private static string Key(BuildRequest request, BuildOptions options, InputFiles inputs) =>
        FileHash.OfText(
            $"eos-build 1\n{WorkerVersion.Full}\n" +
            $"{request[BuildRequest.Device].ToLowerInvariant()}\n{options.Canonical}\n{inputs.Canonical}");

    private string Entry(BuildRequest request, BuildOptions options, InputFiles inputs, string key, string staging,
        CancellationToken cancellation)
    {
        var cache = new BuildCache(request[BuildRequest.Cache] is { Length: > 0 } root ? root
            : Path.Combine(Path.GetDirectoryName(request[BuildRequest.Output])!, "cache"), log);
        if (UsesPlan(request))
        {
            var plan = CommittedPlan(request, key);
            inputs.Add("summary", "", ArtifactPaths.CommittedSummary(plan));
            AddPlan(inputs, "plan", plan);
            var planKey = FileHash.OfText(
                $"eos-plan 1\n{WorkerVersion.Full}\n{options.Artifact} {options.ImagePadding}\n{inputs.Canonical}");
            return Cached(cache, planKey, [planKey], planKey, staging, folders =>
            {
                var folder = folders[0];
                Copy(plan, ArtifactPaths.Plan(BuildCache.Artifact(folder)));
                Copy(ArtifactPaths.CommittedParameters(plan), ArtifactPaths.Parameters(BuildCache.Artifact(folder)));
                Copy(ArtifactPaths.CommittedSummary(plan), ArtifactPaths.Summary(BuildCache.Artifact(folder)));
                search.Apply(request, options, key, folder, cancellation);
                inputs.CheckUnchanged();
            }, cancellation);
        }
        // The plans of a front have a build each, of which the first one searches for all.
        var front = options.Front;
        string[] keys = [.. front.Select(one => Key(request, one, inputs))];
        var searched = keys is [var only] ? only : FileHash.OfText($"eos-front 1\n{string.Join('\n', keys)}");
        return Cached(cache, key, keys, searched, staging, folders =>
        {
            if (request[BuildRequest.Mode] != "Search")
                throw new EosException(EosErrors.StalePlan,
                    $"EosMode is {request[BuildRequest.Mode]}, but the item names no Plan, and the cache has nothing for its present " +
                    $"inputs (sha256:{key}). Set Plan to a committed plan, or build once with EosMode=Search.");
            keepsState = () => cache.HasCheckpoint(searched);
            search.Search(request, front, keys, folders, cache.Checkpoint(searched), cancellation);
            inputs.CheckUnchanged();
        }, cancellation);
    }

    // The entry of a key, made together with those of all keys where it is not there.
    private string Cached(BuildCache cache, string key, IReadOnlyList<string> keys, string searched, string staging,
        Action<IReadOnlyList<string>> make, CancellationToken cancellation)
    {
        using var turn =
            FileLock.Wait(cache.LockFile(searched), () => Wait($"Waiting for another build that searches the same."), cancellation);
        if (cache.Find(key) is { } entry)
        {
            log.High($"Taken from the cache: {entry}");
            return entry;
        }
        cache.Create(keys, searched, staging, make);
        return cache.Find(key)!;
    }

    // The committed plan, once it is known to be what was measured and, to verify, to be of the present inputs.
    private static string CommittedPlan(BuildRequest request, string key)
    {
        var (plan, summaryFile) = (request[BuildRequest.Plan], ArtifactPaths.CommittedSummary(request[BuildRequest.Plan]));
        foreach (var file in new[] { plan, summaryFile }.Where(file => !File.Exists(file)))
            throw new EosException(EosErrors.StalePlan,
                $"EosMode is {request[BuildRequest.Mode]}, but '{file}' does not exist. Build once with EosMode=Search, and commit plan, " +
                "parameters and summary.");
        var summary = BuildSummary.Read(summaryFile);
        if (summary.Plan != PlanHash(plan))
            throw new EosException(EosErrors.StalePlan,
                $"'{plan}' is not the plan that '{summaryFile}' tells of: one of them, or the parameters, was changed by hand. Build " +
                "with EosMode=Search, and commit what it writes.");
        if (request[BuildRequest.Mode] == "Verify" && summary.Provenance.Inputs != $"sha256:{key}")
            throw new EosException(EosErrors.StalePlan,
                $"The committed plan '{plan}' is stale: it was made from {summary.Provenance.Inputs}, the present options, data, model " +
                $"and version are sha256:{key}. Build with EosMode=Search, and commit what it writes.");
        return plan;
    }

    /// <summary>The hash of a plan with its parameters.</summary>
    internal static string PlanHash(string plan)
    {
        var parameters = ArtifactPaths.CommittedParameters(plan);
        return $"sha256:{FileHash.OfText(FileHash.Of(plan) + (File.Exists(parameters) ? FileHash.Of(parameters) : ""))}";
    }

    private static void CheckGate(BuildGate gate, BuildSummary summary, string output)
    {
        try
        {
            gate.Check(summary);
        }
        catch (EosException)
        {
            foreach (var file in ArtifactPaths.All(output)) // of an earlier build with other limits
                File.Delete(file);
            if (ArtifactPaths.IsFolder(output))
                RemoveFolder(ArtifactPaths.Folder(output));
            throw;
        }
    }

    private static void Emit(string entry, string output, string staging)
    {
        var folder = Path.GetDirectoryName(output)!;
        var prefix = $"~{Path.GetFileNameWithoutExtension(output)}-";
        foreach (var abandoned in Directory.GetDirectories(folder, prefix + "*")) // by a process that was killed: this one has the lock
            Directory.Delete(abandoned, recursive: true);
        var temporary = Directory.CreateDirectory(Path.Combine(folder, prefix + staging)).FullName;
        try
        {
            var artifact = BuildCache.Artifact(entry);
            var isFolder = ArtifactPaths.IsFolder(output);
            var files = (isFolder ? ArtifactPaths.Beside(artifact).Zip(ArtifactPaths.Beside(output))
                : ArtifactPaths.All(artifact).Zip(ArtifactPaths.All(output))).ToList();
            foreach (var (from, to) in files.Where(pair => File.Exists(pair.First)))
                File.Copy(from, Path.Combine(temporary, Path.GetFileName(to)));
            if (isFolder)
                EmitFolder(ArtifactPaths.Folder(artifact), ArtifactPaths.Folder(output), Path.Combine(temporary, "model"));
            foreach (var (from, to) in files)
            {
                if (File.Exists(from))
                    File.Move(Path.Combine(temporary, Path.GetFileName(to)), to, overwrite: true);
                else
                    File.Delete(to);
            }
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    // As a whole: nothing of an earlier build stays in it.
    private static void EmitFolder(string from, string to, string temporary)
    {
        Directory.CreateDirectory(temporary);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(temporary, Path.GetFileName(file)));
        RemoveFolder(to);
        Directory.Move(temporary, to);
    }

    private static void RemoveFolder(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private static void Commit(string output, string plan)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(plan)!);
        Copy(ArtifactPaths.Parameters(output), ArtifactPaths.CommittedParameters(plan));
        Copy(ArtifactPaths.Plan(output), plan);
        Copy(ArtifactPaths.Summary(output), ArtifactPaths.CommittedSummary(plan));
    }

    // Only where it differs: the time stamp of a file under version control is left alone.
    private static void Copy(string from, string to)
    {
        if (!File.Exists(from))
            File.Delete(to);
        else if (!File.Exists(to) || FileHash.Of(from) != FileHash.Of(to))
            AtomicFile.Write(to, stream =>
            {
                using var source = File.OpenRead(from);
                source.CopyTo(stream);
            });
    }

    private static void WriteStamp(BuildRequest request, InputFiles inputs, string output)
    {
        var plan = request[BuildRequest.Plan];
        string[] committed = plan.Length > 0 ? [plan, ArtifactPaths.CommittedParameters(plan), ArtifactPaths.CommittedSummary(plan)] : [];
        var files = inputs.Files.Concat(ArtifactPaths.All(output).Concat(committed).Concat(WorkerVersion.Files)
            .Append(request[BuildRequest.Worker]).Append(request[BuildRequest.Report]).Where(File.Exists).Select(StampedFile.Of));
        var stamp = BuildStamp.Of(request.Fingerprint(), files.DistinctBy(file => file.Path), request[BuildRequest.Model]);
        AtomicFile.WriteText(BuildStamp.PathFor(output), stamp.ToText());
    }
}
