using System.IO.Compression;

namespace EosMLNet.Tool.CommandLine;

/// <summary>The plan in the zip of a saved ML.NET pipeline, wherever in the pipeline the model stands; nothing else is loaded.</summary>
internal static class SavedModelPlan
{
    private const long LargestPlan = 64 << 20; // bytes; an entry that claims to be small may unpack to anything
    private static readonly string[] Parts = ["Plan.json", "Plan.safetensors"];

    internal static bool IsZip(string path)
    {
        using var file = SafetensorsFile.OpenHandle(path);
        Span<byte> start = stackalloc byte[4];
        return RandomAccess.Read(file, start, 0) == 4 && start.SequenceEqual("PK\u0003\u0004"u8);
    }

    /// <exception cref="EosException">EOS4003: the zip is damaged or holds no plan. EOS4001: its plan is malformed.</exception>
    internal static ReductionPlan Read(string path)
    {
        using var folder = new ScratchFolder();
        Extract(path, folder);
        return ReductionPlan.Load(folder[Parts[0]]);
    }

    private static void Extract(string path, ScratchFolder folder)
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
                using var target = File.Create(folder[entry.Name]);
                source.CopyTo(target);
            }
        }
        catch (IOException e)
        {
            throw new EosException(EosErrors.CannotWrite,
                $"The plan of '{path}' cannot be written to '{folder.Path}': {e.Message} Check that there is room for temporary files.", e);
        }
        catch (InvalidDataException e)
        {
            throw Unfit(path, $"is damaged: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static EosException Unfit(string path, string found, Exception? inner = null) =>
        new(EosErrors.ModelArtifact, $"'{path}' {found}. Save the model again, or fetch it anew.", inner);
}
