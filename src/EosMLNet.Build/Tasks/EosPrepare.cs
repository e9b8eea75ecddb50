using System.Globalization;
using EosMLNet.Build.Exchange;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace EosMLNet.Build.Tasks;

/// <summary>
/// Looks which models have to be built anew, and writes the worker's request for each of those. Fast where nothing changed: it compares
/// sizes and time stamps with those of the last build, and reads only files whose time stamp differs. It never starts anything.
/// </summary>
public sealed class EosPrepare : Microsoft.Build.Utilities.Task
{
    private static readonly string[] Modes = ["Search", "UseExisting", "Verify"];
    // Metadata that are paths, and those that other parts of MSBuild or Visual Studio put on items.
    private static readonly string[] NotOptions = ["TrainingData", "ValidationData", "ImageFolder", "WarmStart", "LatencyTable",
        "OutputFile", "Plan", "Report", "Device", "Link", "Visible", "SubType", "Pack", "CopyToOutputDirectory"];

    /// <summary>The <c>EosModel</c> items.</summary>
    [Required]
    public ITaskItem[] Models { get; set; } = [];

    /// <summary>The full path of the project.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>Where the artifacts go first.</summary>
    [Required]
    public string OutputFolder { get; set; } = "";

    /// <summary>What the project that runs the worker for one request imports.</summary>
    [Required]
    public string WorkerProject { get; set; } = "";

    /// <summary>The worker's program.</summary>
    [Required]
    public string WorkerPath { get; set; } = "";

    /// <summary>EosMode.</summary>
    public string Mode { get; set; } = "Search";

    /// <summary>Whether nothing may be built (<c>--no-build</c>): then only what was built before is looked for.</summary>
    public bool NoBuild { get; set; }

    /// <summary>Whether the build is shown by the terminal logger (MSBuild's own property says <c>1</c>).</summary>
    public string TerminalLogger { get; set; } = "";

    /// <summary>EosDevice; where set, it goes before the items' own.</summary>
    public string Device { get; set; } = "";

    /// <summary>EosLibTorchPath.</summary>
    public string LibTorchPath { get; set; } = "";

    /// <summary>EosCacheDir.</summary>
    public string CacheFolder { get; set; } = "";

    /// <summary>EosTimeout, in seconds.</summary>
    public string TimeoutSeconds { get; set; } = "";

    /// <summary>The project's native files, among which may be libtorch.</summary>
    public ITaskItem[] Natives { get; set; } = [];

    /// <summary>NuGet's folder of packages.</summary>
    public string NuGetRoot { get; set; } = "";

    /// <summary>The program <c>dotnet</c>.</summary>
    public string Host { get; set; } = "";

    /// <summary>Runs of the worker project: one for each model that is not up to date.</summary>
    [Output]
    public ITaskItem[] Runs { get; set; } = [];

    /// <summary>
    /// Every file that the models' builds make, also those that are not there yet, with the metadata that an SDK item needs to be copied
    /// and published.
    /// </summary>
    [Output]
    public ITaskItem[] Artifacts { get; set; } = [];

    private string ProjectFolder => Path.GetDirectoryName(Path.GetFullPath(ProjectFile))!;

    /// <inheritdoc/>
    public override bool Execute()
    {
        List<ITaskItem> runs = [], artifacts = [];
        var outputs = new Dictionary<string, ITaskItem>(StringComparer.OrdinalIgnoreCase);
        foreach (var model in Models)
        {
            try
            {
                CheckProperties();
                foreach (var value in ModelFront.Values(model))
                    Prepare(model, value, outputs, runs, artifacts);
            }
            catch (BuildInputException e)
            {
                Report(model, e.Code, e.Message);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Report(model, EosErrors.CannotWrite,
                    $"'{OutputFolder}' cannot be written: {e.Message} Check that the folder is writable and has room.");
            }
        }
        (Runs, Artifacts) = ([.. runs], [.. artifacts]);
        return !Log.HasLoggedErrors;
    }

    private void Report(ITaskItem model, string code, string message)
    {
        var location = ItemLocation.Of(model, ProjectFile);
        new Diagnostic(true, code, location.File, location.Line, location.Column, message).LogTo(Log);
    }

    private void CheckProperties()
    {
        if (!Modes.Contains(Mode))
            throw new BuildInputException(EosErrors.InvalidOption, $"EosMode is '{Mode}'; expected {string.Join(", ", Modes)}.");
        if (TimeoutSeconds.Length > 0 && !(int.TryParse(TimeoutSeconds, out var seconds) && seconds is >= 0 and <= 2_000_000))
            throw new BuildInputException(EosErrors.InvalidOption,
                $"EosTimeout is '{TimeoutSeconds}'; expected seconds, from 0 (no limit) to 2,000,000.");
    }

    // Of a front the plan for one value; the value is empty where the item has one plan.
    private void Prepare(
        ITaskItem model, string value, Dictionary<string, ITaskItem> outputs, List<ITaskItem> runs, List<ITaskItem> artifacts)
    {
        var target = ModelFront.Named(Target(model), value);
        var output = Path.GetFullPath(Path.Combine(OutputFolder, target));
        if (outputs.TryGetValue(output, out var other))
            throw new BuildInputException(EosErrors.DuplicateOutput,
                $"The models '{other.ItemSpec}' and '{model.ItemSpec}' both have the output '{target}'. Give each its own OutputFile.");
        outputs[output] = model;
        artifacts.AddRange(ArtifactPaths.All(output).Select(path => Artifact(path, target)));
        if (ModelProject.OtherOwner(output, Path.GetFullPath(ProjectFile)) is { } owner)
            throw new BuildInputException(EosErrors.DuplicateOutput,
                $"'{output}' is the artifact of another project, '{owner}'. " +
                "Give each project its own EosIntermediateOutputPath, or each model its own OutputFile.");

        var stampFile = BuildStamp.PathFor(output);
        var stamp = BuildStamp.TryRead(stampFile);
        if (NoBuild)
        {
            CheckBuilt(model, output, stamp);
            return;
        }
        var request = Request(model, value, output);
        if (stamp is not null && stamp.Holds(request.Fingerprint(), out var refreshed))
        {
            if (refreshed is not null)
                Refresh(stampFile, refreshed);
            Log.LogMessage(MessageImportance.Low, "{0} is up to date.", target);
            return;
        }
        runs.Add(Run(model, request, output));
    }

    // What an earlier build has finished is taken as it is, as the program's own files are.
    private static void CheckBuilt(ITaskItem model, string output, BuildStamp? stamp)
    {
        var made = stamp?.Files.Select(file => Path.GetFileName(file.Path)) ?? [];
        bool Belongs(string path) => ArtifactPaths.Always(output).Contains(path) || made.Contains(Path.GetFileName(path));
        var missing = ArtifactPaths.All(output).FirstOrDefault(path => Belongs(path) && !File.Exists(path));
        if (missing is null && stamp is not null)
            return;
        var found = missing is null ? $"the build of '{output}' was not finished" : $"'{missing}' does not exist";
        throw new BuildInputException(EosErrors.ArtifactMissing,
            $"The model '{model.ItemSpec}' was not built: {found}, and NoBuild (--no-build) forbids to make it. " +
            "Build the project first, in the same configuration, or leave --no-build out.");
    }

    private string Target(ITaskItem model)
    {
        var output = model.GetMetadata("OutputFile");
        if (output.Length == 0)
            output = Path.GetFileName(model.ItemSpec.TrimEnd('/', '\\')) + ".zip";
        var full = Path.GetFullPath(Path.Combine(OutputFolder, output));
        if (Path.IsPathRooted(output)
            || !full.StartsWith(Path.GetFullPath(OutputFolder).TrimEnd('/', '\\') + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            || Path.GetExtension(output) != ".zip")
            throw new BuildInputException(EosErrors.InvalidOption,
                $"OutputFile is '{output}'; expected the name of a .zip file, relative to the output folder and inside it.");
        return output;
    }

    private BuildRequest Request(ITaskItem model, string value, string output)
    {
        var request = new BuildRequest();
        request.Add(BuildRequest.Mode, Mode);
        request.Add(BuildRequest.Worker, Path.GetFullPath(WorkerPath));
        request.Add(BuildRequest.Model,
            ExistingFolder(model, "Include", model.GetMetadata("FullPath"), "a model folder in Hugging Face layout"));
        if (Mode != "UseExisting" || model.GetMetadata("Plan").Length == 0)
        {
            request.Add(BuildRequest.TrainingData, ExistingFile(model, "TrainingData", required: true));
            request.Add(BuildRequest.ValidationData, ExistingFile(model, "ValidationData"));
            request.Add(BuildRequest.ImageFolder,
                ExistingFolder(model, "ImageFolder", Full(Needed(model, "ImageFolder")),
                    "the folder that the data's image paths start from"));
            request.Add(BuildRequest.WarmStart, ExistingFile(model, "WarmStart"));
            request.Add(BuildRequest.LatencyTable, ExistingFile(model, "LatencyTable"));
        }
        request.Add(BuildRequest.Output, output);
        request.Add(BuildRequest.OfFront, value);
        request.Add(BuildRequest.Plan, model.GetMetadata("Plan") is { Length: > 0 } plan ? Full(ModelFront.Named(plan, value)) : null);
        request.Add(BuildRequest.Report, ReportFile(model, value));
        request.Add(BuildRequest.Device, Device.Length > 0 ? Device : model.GetMetadata("Device"));
        foreach (var name in Options(model))
            request.Add(BuildRequest.OptionPrefix + name, model.GetMetadata(name));
        return request;
    }

    private string? ReportFile(ITaskItem model, string value)
    {
        var report = model.GetMetadata("Report");
        if (report.Length == 0)
            return null;
        return model.GetMetadata("ValidationData").Length > 0 ? Full(ModelFront.Named(report, value))
            : throw new BuildInputException(EosErrors.InvalidOption,
                $"The model '{model.ItemSpec}' has a Report, but no ValidationData. A report on the questions of the search would " +
                "flatter the plan. Set ValidationData on the EosModel item.");
    }

    private static IEnumerable<string> Options(ITaskItem model) => model.CloneCustomMetadata().Keys.Cast<string>()
        .Where(name =>
            !NotOptions.Contains(name, StringComparer.OrdinalIgnoreCase) && !name.StartsWith("DefiningProject", StringComparison.Ordinal))
        .OrderBy(name => name, StringComparer.Ordinal);

    private string Needed(ITaskItem model, string name) => model.GetMetadata(name) is { Length: > 0 } value ? value
        : throw new BuildInputException(EosErrors.InvalidOption,
            $"The model '{model.ItemSpec}' has no {name}. Set it on the EosModel item.");

    private string? ExistingFile(ITaskItem model, string name, bool required = false)
    {
        var value = required ? Needed(model, name) : model.GetMetadata(name);
        if (value.Length == 0)
            return null;
        return File.Exists(Full(value)) ? Full(value)
            : throw new BuildInputException(EosErrors.FileMissing,
                $"{name} is '{Full(value)}', which does not exist. Correct the EosModel item, or make the file before the build.");
    }

    private static string ExistingFolder(ITaskItem model, string name, string full, string what) =>
        Directory.Exists(full) ? full.TrimEnd('/', '\\')
        : throw new BuildInputException(EosErrors.FileMissing,
            $"{name} of the EosModel item '{model.ItemSpec}' is '{full}', which is no folder. Expected {what}.");

    private string Full(string path) => Path.GetFullPath(Path.Combine(ProjectFolder, path));

    private ITaskItem Artifact(string path, string target)
    {
        var item = new TaskItem(SafePropertyValue.Escape(path));
        item.SetMetadata("Link", SafePropertyValue.Escape(Path.Combine(Path.GetDirectoryName(target)!, Path.GetFileName(path))));
        item.SetMetadata("CopyToOutputDirectory", "PreserveNewest");
        item.SetMetadata("ExcludeFromSingleFile", "true"); // it is read as a file, not as a resource
        item.SetMetadata("Visible", "false");
        item.SetMetadata("Pack", "false");
        return item;
    }

    private ITaskItem Run(ITaskItem model, BuildRequest request, string output)
    {
        var location = ItemLocation.Of(model, ProjectFile);
        request.Add(BuildRequest.Origin, location.File);
        request.Add(BuildRequest.OriginLine, location.Line.ToString(CultureInfo.InvariantCulture));
        request.Add(BuildRequest.OriginColumn, location.Column.ToString(CultureInfo.InvariantCulture));
        request.Add(BuildRequest.ItemName, model.ItemSpec);
        request.Add(BuildRequest.Project, ProjectFolder);
        request.Add(BuildRequest.LibTorch, LibTorchPath.Length > 0 ? Full(LibTorchPath) : null);
        foreach (var folder in Natives.Select(native => native.GetMetadata("FullPath"))
            .Where(path => Path.GetFileNameWithoutExtension(path) is "libtorch_cpu" or "torch_cpu").Select(Path.GetDirectoryName)
            .Distinct())
            request.Add(BuildRequest.Natives, folder);
        request.Add(BuildRequest.NuGetRoot, NuGetRoot);
        request.Add(BuildRequest.Cache, CacheFolder.Length > 0 ? Full(CacheFolder) : null);
        request.Add(BuildRequest.Timeout, TimeoutSeconds);
        request.Add(BuildRequest.Host, Host);
        var file = Written(request, output);
        var project = ModelProject.Write(output, Path.GetFullPath(ProjectFile), Path.GetFullPath(WorkerProject), TerminalLogger == "1");
        var run = new TaskItem(SafePropertyValue.Escape(project));
        run.SetMetadata("AdditionalProperties", $"EosRequestFile={SafePropertyValue.Encode(file)}");
        return run;
    }

    // Named by its content: two builds at once write the same bytes or two files, and neither overwrites what the other's worker is
    // reading.
    private static string Written(BuildRequest request, string output)
    {
        var text = request.ToText();
        var file = Path.ChangeExtension(output, $".{FileHash.OfText(text).Substring(0, 16)}.rsp");
        if (File.Exists(file))
            return file;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var temporary = $"{file}.{Guid.NewGuid():N}";
        File.WriteAllText(temporary, text);
        try
        {
            File.Move(temporary, file);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(temporary); // the other build was first
        }
        return file;
    }

    // The next build hashes again where this cannot be written, for instance because another build writes it just now.
    private void Refresh(string stampFile, BuildStamp stamp)
    {
        var temporary = $"{stampFile}.{Guid.NewGuid():N}";
        try
        {
            File.WriteAllText(temporary, stamp.ToText());
            File.Replace(temporary, stampFile, null); // as a whole: half a stamp would forget files
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.LogMessage(MessageImportance.Low, "{0}", e.Message);
            File.Delete(temporary);
        }
    }
}
