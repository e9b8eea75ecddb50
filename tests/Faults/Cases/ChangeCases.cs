using System.Diagnostics;
using EosMLNet.Onnx;

namespace Faults.Cases;

/// <summary>Files that change while they are read.</summary>
internal static class ChangeCases
{
    private const string Area = "a file changes while it is read";
    private const string Large = "large.safetensors";

    internal static IReadOnlyList<FaultCase> All { get; } =
    [
        new(Area, "weights become shorter between their header and their numbers", place =>
        {
            var path = Path.Combine(place.Model, "model.safetensors");
            using var file = SafetensorsFile.Open(path);
            Shorten(path, 4096);
            return Thrown(EosErrors.SafetensorsHeader, () => { foreach (var name in file.Entries.Keys) file.ReadFloats(name); });
        }),
        new(Area, "the picture of a row is half there", place =>
        {
            var path = Path.Combine(place.Images, "0.png");
            Shorten(path, new FileInfo(path).Length / 2);
            return Thrown(EosErrors.UnreadableImage, () => VqaDataset.LoadTsv(place.Table, place.Images));
        }),
        new(Area, "the table ends within a row", place =>
        {
            Shorten(place.Table, new FileInfo(place.Table).Length - 12);
            return Thrown(EosErrors.DatasetRow, () => VqaDataset.LoadTsv(place.Table, place.Images));
        }),
        new(Area, "weights become shorter while `eos export` copies them", place =>
        {
            var path = Path.Combine(place.Model, Large);
            using (var large = File.Create(path))
                large.SetLength(1 << 28);
            using var process = CasePlace.Begin(place.Export(place["exported"]));
            Await(process, () => Directory.Exists(place["exported"])
                && Directory.EnumerateFiles(place["exported"], $"{Large}*", SearchOption.AllDirectories).Any());
            Shorten(path, 4096);
            var run = CasePlace.Ended(process);
            var exported = File.Exists(Path.Combine(place["exported"], "eos-onnx.json"));
            return new(exported ? $"an export with half of the weights; {run.Told}" : run.Told, run.Code, run.ExitCode,
                run.Code == EosErrors.FileMissing && !exported);
        }),
        new(Area, "the table changes while a build searches", place =>
        {
            var build = place.Build(Path.Combine(place.Folder("obj"), "tiny.zip"));
            using var process = CasePlace.Begin(build);
            while (process.StandardOutput.ReadLine() is { } line && !line.Contains("Searching a plan", StringComparison.Ordinal))
                continue;
            File.AppendAllText(place.Table, "what?\t1.png\tred\tcolour\n");
            var run = CasePlace.Ended(process);
            var kept = Directory.GetDirectories(place["cache"]).Length > 0 || File.Exists(place["obj/tiny.zip"]);
            DiskCases.Must(place.Eos(build)); // nothing stands in the way of the next one
            return new(kept ? $"a result of both tables; {run.Told}" : run.Told, run.Code, run.ExitCode,
                run.Code == EosErrors.FileMissing && !kept);
        }),
        new(Area, "a graph of an export becomes shorter before it is loaded", place =>
        {
            OnnxExport.Write(place.Model, null, place["exported"]);
            Shorten(place["exported/eos-decoder.onnx"], 4096);
            return Thrown(EosErrors.OnnxGraph, () => OnnxModel.LoadExported(place["exported"]).Dispose());
        }),
    ];

    private static void Shorten(string path, long length)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(length);
    }

    private static CaseOutcome Thrown(string code, Action read)
    {
        try
        {
            read();
            return new("it was read", null, null, false);
        }
        catch (EosException e)
        {
            return new(e.Message, e.Code, null, e.Code == code);
        }
        catch (Exception e)
        {
            return new($"{e.GetType().Name}: {e.Message}", null, null, false);
        }
    }

    private static void Await(Process process, Func<bool> condition)
    {
        while (!process.HasExited && !condition())
            Thread.Sleep(1);
    }
}
