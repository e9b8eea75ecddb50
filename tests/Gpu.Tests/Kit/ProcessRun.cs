using System.Diagnostics;

namespace Gpu.Tests.Kit;

/// <summary>What a process returned, and what it wrote to both of its outputs.</summary>
internal sealed record ProcessRun(int ExitCode, string Output)
{
    // Of the build that the tests may run in: another build must not take them over.
    private static readonly string[] Inherited = ["EOS_LIBTORCH", "EOS_LIBTORCH_ANY_VERSION", "EOS_PYTHON", "MSBuildSDKsPath", "MSBuildExtensionsPath", "MSBUILD_EXE_PATH", "DOTNET_HOST_PATH"];

    internal static ProcessRun Of(string program, params string[] arguments) => With([], program, arguments);

    internal static ProcessRun With(Dictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in Inherited)
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.WaitForExit();
        return new ProcessRun(process.ExitCode, output.Result + error.Result);
    }
}
