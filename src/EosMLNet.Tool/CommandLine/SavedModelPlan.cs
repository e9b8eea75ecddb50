using System.IO.Compression;

namespace EosMLNet.Tool.CommandLine;

/// <summary>The plan in the zip of a saved ML.NET pipeline, wherever in the pipeline the model stands; nothing else is loaded.</summary>
internal static class SavedModelPlan
{
    private const long LargestPlan = 64 << 20; // bytes; an entry that claims to be small may unpack to anything
    private static readonly string[] Parts = ["Plan.json", "Plan.safetensors"];

    internal static bool IsZip(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[4];
        return file.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && start.SequenceEqual("PK\u0003\u0004"u8);
    }

    /// <exception cref="EosException">EOS4003: the zip is damaged or holds no plan. EOS4001: its plan is malformed.</exception>
    internal static ReductionPlan Read(string path)
    {
        var folder = Directory.CreateTempSubdirectory("eosmlnet-");
        try
        {
            Extract(path, folder.FullName);
            return ReductionPlan.Load(Path.Combine(folder.FullName, Parts[0]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Extract(string path, string folder)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            var plan = zip.Entries.FirstOrDefault(entry => entry.Name == Parts[0])
                ?? throw Unfit(path, "holds no plan; expected a pipeline with a vision-language model that EosMLNet saved");
            var place = plan.FullName[..^Parts[0].Length];
            foreach (var entry in Parts.Select(part => zip.GetEntry(place + part)).OfType<ZipArchiveEntry>())
            {
                if (entry.Length > LargestPlan)
                    throw Unfit(path, $"holds a '{entry.Name}' of {entry.Length} bytes");
                using var source = entry.Open(); // ends at the entry's length
                using var target = File.Create(Path.Combine(folder, entry.Name));
                source.CopyTo(target);
            }
        }
        catch (InvalidDataException e)
        {
            throw Unfit(path, $"is damaged: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static EosException Unfit(string path, string found, Exception? inner = null) =>
        new(EosErrors.ModelArtifact, $"'{path}' {found}. Save the model again, or fetch it anew.", inner);
}
