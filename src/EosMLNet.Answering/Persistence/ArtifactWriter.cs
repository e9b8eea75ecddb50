using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet;

/// <summary>
/// Writes the zip that <c>Model.Save</c> writes of an answering stage, from its parts: no model is loaded. Two writings are the same bytes,
/// whenever they are made.
/// </summary>
internal static class ArtifactWriter
{
    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero); // the earliest that a zip can say

    /// <summary>Writes the zip.</summary>
    /// <param name="target">Where to; seekable.</param>
    /// <param name="plan">The plan. It must have been made for the folder's model.</param>
    /// <param name="settings">How the model answers, with the padding of its images.</param>
    /// <param name="checkpoint">The model's folder.</param>
    /// <param name="reference">What the zip says of where the weights are, when they are too large for it.</param>
    /// <param name="additions">Further entries, by name.</param>
    /// <exception cref="EosException">EOS1001, EOS1007: files of the model are missing. EOS4002: the plan was made for other
    /// weights.</exception>
    public static void Write(
        Stream target, ReductionPlan plan, AnswerSettings settings, CheckpointFolder checkpoint, CheckpointReference reference,
        IReadOnlyDictionary<string, byte[]> additions)
    {
        plan.CheckFingerprint(plan.Model with { Fingerprint = Checkpoint.Fingerprint(checkpoint.Path) });
        FileInfo[] embedded = ModelArtifact.Embeds(checkpoint, settings) ? [.. checkpoint.Files()] : [];
        var stage = new Stage(plan, settings, [.. embedded.Select(Hashed)], embedded.Length > 0 ? null : reference);
        using var small = new MemoryStream();
        using (var repository = RepositoryWriter.CreateNew(small, useFileSystem: false))
        {
            ModelSaveContext.SaveModel(repository, stage, CompositeDataLoader<object, ITransformer>.TransformerDirectory);
            repository.Commit();
        }
        using var parts = new ZipArchive(new MemoryStream(small.ToArray()), ZipArchiveMode.Read);
        using var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);
        var manifest = parts.Entries.Single(entry => entry.Name == ModelArtifact.Manifest).FullName;
        var folder = manifest[..^ModelArtifact.Manifest.Length];
        IEnumerable<(string Name, Func<Stream> Open)> entries =
        [
            .. parts.Entries.Select(entry => (entry.FullName, (Func<Stream>)entry.Open)),
            .. embedded.Select(file => (folder + ModelArtifact.EntryOf(file), (Func<Stream>)file.OpenRead)),
        ];
        foreach (var (name, open) in entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
            Copy(zip, name, open);
        foreach (var (name, content) in additions.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            Copy(zip, name, () => new MemoryStream(content));
    }

    private static ManifestFile Hashed(FileInfo file)
    {
        using var stream = file.OpenRead();
        return new ManifestFile(ModelArtifact.EntryOf(file), stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    private static void Copy(ZipArchive zip, string name, Func<Stream> open)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Optimal);
        entry.LastWriteTime = Epoch;
        using var from = open();
        using var to = entry.Open();
        from.CopyTo(to);
    }

    // As a transformer saves itself, but for the model's files.
    private sealed class Stage(
        ReductionPlan plan, AnswerSettings settings, IReadOnlyList<ManifestFile> embedded, CheckpointReference? reference) : ICanSaveModel
    {
        public void Save(ModelSaveContext ctx)
        {
            ctx.CheckAtModel();
            ctx.SetVersionInfo(ModelArtifact.GetVersionInfo());
            ModelArtifact.SavePlan(ctx, plan, settings, plan.Model.Fingerprint, embedded, reference);
        }
    }
}
