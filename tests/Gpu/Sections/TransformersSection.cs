using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Gpu.Report;
using Gpu.Shapes;

namespace Gpu.Sections;

/// <summary>Hugging Face transformers on the same shape and device, through the machine's Python.</summary>
internal static class TransformersSection
{
    internal static void Measure(Bench bench, Action<object> save)
    {
        var folder = Directory.CreateTempSubdirectory("eos-gpu-");
        try
        {
            bench.Shape.Config.Save(folder.FullName);
            save(Run(bench, folder.FullName, save));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // The script prints all that it knows, as one line of JSON, whenever there is more.
    private static Peer Run(Bench bench, string configFolder, Action<object> save)
    {
        var python = Environment.GetEnvironmentVariable("EOS_PYTHON") is { Length: > 0 } named ? named : "python3";
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "hf_llava.py"), "--config", configFolder, "--device", bench.Device.ToString(), "--batches", string.Join(',', bench.Shape.Batches),
            "--text-tokens", $"{bench.Shape.TextTokens}", "--decoded-tokens", $"{bench.Shape.DecodedTokens}",
        ];
        var peer = new Peer { Problem = "the script ended before it said anything" };
        try
        {
            var start = new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true };
            foreach (var ours in (Environment.GetEnvironmentVariable("EOS_GPU_SET") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                start.Environment.Remove(ours); // run.sh set it for EosMLNet; transformers keeps torch's default
            using var process = Process.Start(start)!;
            while (process.StandardOutput.ReadLine() is { } line)
            {
                if (!line.StartsWith('{'))
                    continue;
                peer = JsonSerializer.Deserialize<Peer>(line, GpuResults.Json)!;
                save(peer);
                Console.WriteLine($"  {line}");
            }
            process.WaitForExit();
            return process.ExitCode == 0 || peer.Problem is not null ? peer : peer with { Problem = $"the script ended with code {process.ExitCode}" };
        }
        catch (Win32Exception e)
        {
            return new Peer { Problem = $"{python} could not be started: {e.Message}" };
        }
    }
}
