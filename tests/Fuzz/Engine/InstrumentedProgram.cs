using System.Diagnostics;
using SharpFuzz;

namespace Fuzz.Engine;

/// <summary>
/// A copy of this program whose readers write down which ways they go: SharpFuzz rewrites the assemblies of EosMLNet. It is made again
/// where a file is newer.
/// </summary>
internal static class InstrumentedProgram
{
    private const string FolderName = "instrumented", Done = "done", MutexName = "eosmlnet-fuzz-instrumented";

    /// <summary>Makes the copy, unless it is there.</summary>
    internal static string Make()
    {
        using var mutex = new Mutex(false, MutexName); // several campaigns may begin at once
        mutex.WaitOne();
        try
        {
            return MakeAlone();
        }
        finally
        {
            mutex.ReleaseMutex();
        }
    }

    private static string MakeAlone()
    {
        var source = AppContext.BaseDirectory;
        var folder = Path.Combine(source, FolderName);
        var done = Path.Combine(folder, Done);
        var all = Directory.GetFiles(source);
        var own = all.Where(IsOurs).ToArray();
        if (File.Exists(done) && all.All(file => File.GetLastWriteTimeUtc(file) < File.GetLastWriteTimeUtc(done)))
            return folder;
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        foreach (var file in all)
        {
            var copy = Path.Combine(folder, Path.GetFileName(file));
            if (own.Contains(file) || Path.GetFileNameWithoutExtension(file).Split('.')[0] == "Fuzz") // found by where it really lies
                File.Copy(file, copy);
            else
                File.CreateSymbolicLink(copy, file); // libtorch alone has half a gigabyte
        }
        foreach (var other in Directory.GetDirectories(source).Where(other => Path.GetFileName(other) != FolderName))
            Directory.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(other)), other);
        foreach (var file in own)
            _ = Fuzzer.Instrument(Path.Combine(folder, Path.GetFileName(file)), _ => true, Options.Value).Count();
        File.WriteAllText(done, "");
        return folder;
    }

    /// <summary>Starts it.</summary>
    /// <param name="inputFolder">Where inputs are written, and temporary files of the readers.</param>
    /// <param name="arguments">Its command line.</param>
    internal static Process Start(string inputFolder, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Make(), OperatingSystem.IsWindows() ? "Fuzz.exe" : "Fuzz"), arguments)
        {
            UseShellExecute = false,
        };
        // A small first generation, so that garbage does not look like memory that is in use; and an end to what one input may take.
        start.Environment["DOTNET_GCgen0size"] = "0x1000000";
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x80000000";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["TMPDIR"] = inputFolder;
        return Process.Start(start)!;
    }

    private static bool IsOurs(string file) => Path.GetFileName(file) is var name && name.EndsWith(".dll", StringComparison.Ordinal)
        && (name.StartsWith("EosMLNet", StringComparison.Ordinal) || name == "eos.dll");
}
