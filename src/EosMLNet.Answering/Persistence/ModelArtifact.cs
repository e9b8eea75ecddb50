using System.Security.Cryptography;
using EosMLNet.Engines;
using Microsoft.ML;

namespace EosMLNet;

/// <summary>
/// The files of a saved transformer in ML.NET's zip. Every entry's bytes depend on the model and the plan only, so saving twice gives the
/// same.
/// <code>
/// *** Binary format ***
/// Model.key              ML.NET's header (signature, versions, loader); nothing after it
/// Manifest.json          ModelManifest: version, columns, options, and the name, length and hash of each file below
/// Plan.json              ReductionPlan
/// Plan.safetensors       its learned tensors, where it has any
/// Report.json            what the search reported, where one made the plan
/// Checkpoint/*           the model's own files, where they are small enough; else the manifest says where they are
/// </code>
/// </summary>
internal static class ModelArtifact
{
    /// <summary>The name of the entry that holds the <see cref="ModelManifest"/>.</summary>
    public const string Manifest = "Manifest.json";

    /// <summary>How ML.NET finds what loads the model. Until 0.2 it was <c>EosVisionLanguage</c>, in the assembly EosMLNet.</summary>
    public const string LoaderSignature = "EosAnswering";

    /// <summary>What ML.NET writes in front of a saved transformer.</summary>
    public static VersionInfo GetVersionInfo() => new(
        modelSignature: "EOS  VLM",
        verWrittenCur: 0x00010001, // initial
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(ModelArtifact).Assembly.FullName);

    /// <summary>Writes the entries into the zip.</summary>
    /// <exception cref="EosException">EOS4004: the model's folder no longer holds what was loaded from it.</exception>
    public static void Save(ModelSaveContext context, ReductionPlan plan, AnswerSettings settings, CheckpointFolder checkpoint,
        string fingerprint, string? report)
    {
        var embeds = Embeds(checkpoint, settings);
        if (embeds)
            checkpoint.CheckHolds(fingerprint);
        var embedded = embeds ? checkpoint.Files().Select(file => SaveFile(context, EntryOf(file), file.FullName)) : [];
        var reference = embeds ? null : CheckpointReference.To(checkpoint.Path, ArchivePlace.FolderOf(context.Repository));
        SavePlan(context, plan, settings, fingerprint, [.. embedded], reference, report);
    }

    /// <summary>Writes the entries for the plan, and the manifest.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="settings">How the model answers.</param>
    /// <param name="fingerprint">The model's.</param>
    /// <param name="embedded">The model's files that are in the zip.</param>
    /// <param name="reference">Where the model's files are otherwise.</param>
    /// <param name="report">What the search reported, as JSON; null for nothing.</param>
    public static void SavePlan(
        ModelSaveContext context, ReductionPlan plan, AnswerSettings settings, string fingerprint, IReadOnlyList<ManifestFile> embedded,
        CheckpointReference? reference, string? report = null)
    {
        using var staging = new ScratchFolder();
        plan.Save(staging[ManifestFile.Plan]);
        if (report is not null)
            File.WriteAllText(staging[ManifestFile.Report], report);
        var planFiles = new[] { ManifestFile.Plan, ManifestFile.PlanParameters, ManifestFile.Report }
            .Where(name => File.Exists(staging[name]));
        var manifest = new ModelManifest
        {
            Version = ModelManifest.CurrentVersion,
            Fingerprint = fingerprint,
            Settings = settings,
            Files = [.. planFiles.Select(name => SaveFile(context, name, staging[name])), .. embedded],
            Checkpoint = reference,
        };
        context.SaveBinaryStream(Manifest, writer => writer.Write(manifest.ToBytes()));
    }

    /// <summary>Whether the model's files go into the zip.</summary>
    public static bool Embeds(CheckpointFolder checkpoint, AnswerSettings settings) =>
        checkpoint.Files().Sum(file => file.Length) <= settings.EmbedWeightsUpTo;

    /// <summary>The name of the entry that holds one of the model's files.</summary>
    public static string EntryOf(FileInfo file) => $"{ManifestFile.CheckpointFolder}/{file.Name}";

    /// <summary>Reads the entries back. The model is not loaded.</summary>
    /// <exception cref="EosException">EOS4003: an entry is missing, damaged or of a newer version. EOS4004: the weights it refers to are
    /// missing.</exception>
    public static SavedModel Load(ModelLoadContext context)
    {
        var manifest = ModelManifest.Parse(ReadEntry(context, Manifest, ModelManifest.LargestManifest));
        // Versions before 0.1.1 cropped, and wrote nothing about it: such a model goes on answering as it did.
        var settings = manifest.Settings with { ImagePadding = manifest.Settings.ImagePadding ?? ImagePadding.Crop };
        EngineProvider.Begin(settings.Engine);
        var folder = new ScratchFolder();
        try
        {
            foreach (var file in manifest.Files)
                Extract(context, file, folder);
            var plan = ReductionPlan.Load(folder[ManifestFile.Plan]);
            var report = File.Exists(folder[ManifestFile.Report]) ? File.ReadAllText(folder[ManifestFile.Report]) : null;
            if (manifest.Checkpoint is not { } reference)
            {
                var embedded = new CheckpointFolder(folder[ManifestFile.CheckpointFolder], folder);
                return new(plan, settings, embedded, manifest.Fingerprint, report);
            }
            folder.Dispose();
            var found = reference.Find(ArchivePlace.FolderOf(context.Repository));
            return new(plan, settings, new CheckpointFolder(found), manifest.Fingerprint, report);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static ManifestFile SaveFile(ModelSaveContext context, string name, string path)
    {
        using var source = File.OpenRead(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        context.SaveBinaryStream(name, writer => length = Copy(source, writer.BaseStream, hash, long.MaxValue));
        return new ManifestFile(name, length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static void Extract(ModelLoadContext context, ManifestFile file, ScratchFolder folder)
    {
        var path = folder[file.Name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var target = File.Create(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        if (!context.TryLoadBinaryStream(file.Name, reader => length = Copy(reader.BaseStream, target, hash, file.Length)))
            throw Damaged($"lacks the file '{file.Name}'");
        if (length != file.Length || Convert.ToHexStringLower(hash.GetHashAndReset()) != file.Sha256)
            throw Damaged($"holds another '{file.Name}' than its manifest says");
    }

    private static byte[] ReadEntry(ModelLoadContext context, string name, int largest)
    {
        byte[] bytes = [];
        if (!context.TryLoadBinaryStream(name, reader => bytes = reader.ReadBytes(largest + 1)))
            throw Damaged($"lacks the file '{name}'");
        return bytes.Length <= largest ? bytes : throw Damaged($"has a '{name}' of more than {largest} bytes");
    }

    // Stops behind the expected length: an entry that claims to be small may unpack to anything.
    private static long Copy(Stream from, Stream to, IncrementalHash hash, long expected)
    {
        var buffer = new byte[1 << 16];
        long length = 0;
        for (int count; length <= expected && (count = from.Read(buffer)) > 0; length += count)
        {
            hash.AppendData(buffer, 0, count);
            to.Write(buffer, 0, count);
        }
        return length;
    }

    private static EosException Damaged(string what) =>
        new(EosErrors.ModelArtifact, $"The saved model {what}. Save the model again, or fetch it anew.");
}
