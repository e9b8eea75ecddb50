using EosMLNet.Build.Exchange;
using EosMLNet.Tool.Build;

namespace Faults.Kills;

/// <summary>
/// The worker of builds. A search and a zip once; then over and over what it does with a committed plan: locks, cache, an exported folder,
/// files beside the output, stamp. That needs no libtorch, so that there are more kills a minute.
/// </summary>
internal sealed class BuildKill : KillKind
{
    internal override string Name => "build";

    internal override string Does => "the worker of builds: locks, cache, artifact, stamp";

    internal override void Prepare(KillPlace place)
    {
        var searched = Path.Combine(place.Root, "searched");
        Directory.CreateDirectory(searched);
        Build(place, Path.Combine(searched, "tiny.onnx"), "Search");
    }

    internal override void Work(KillPlace place) => Build(place, place["tiny.onnx"], "UseExisting");

    internal override void Forget(KillPlace place)
    {
        File.Delete(BuildStamp.PathFor(place["tiny.onnx"]));
        foreach (var entry in Directory.GetDirectories(place.Beside).Where(entry => !Path.GetFileName(entry).StartsWith('~')))
            Directory.Delete(entry, recursive: true);
    }

    internal override bool Varies(string file) => Path.GetExtension(file) is ".stamp" or ".lock";

    internal override void Open(string file)
    {
        if (Path.GetExtension(file) == ".stamp" && BuildStamp.TryRead(file) is null)
            throw new InvalidDataException("The stamp cannot be read.");
    }

    private static void Build(KillPlace place, string output, string mode)
    {
        var request = RequestFile.Write(
            Path.Combine(place.Root, $"{mode}.rsp"), place.Model, place.Table, place.Images, output, place.Beside,
            (BuildRequest.Plan, Path.Combine(place.Root, "committed", "tiny.plan.json")), (BuildRequest.Mode, mode),
            ($"{BuildRequest.OptionPrefix}Format", "Onnx"));
        using var told = new StringWriter();
        using var log = new WorkerLog(TextWriter.Synchronized(told));
        if (BuildCommand.Run(request, null, new ModelSearch(log), log, CancellationToken.None) is not 0 and var code)
            throw new InvalidOperationException($"eos build: exit code {code}, {told}");
    }
}
