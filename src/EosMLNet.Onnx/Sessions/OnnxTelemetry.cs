using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace EosMLNet.Onnx;

/// <summary>
/// What ONNX Runtime tells its maker. Since 1.29 its libraries for Linux and macOS send, by themselves, which models they load and what
/// they run on; on Windows it goes to the system's own tracing. EosMLNet switches that off before it loads the library.
/// </summary>
public static class OnnxTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    private static readonly Lazy<bool> Off = new(() =>
    {
        if (Environment.GetEnvironmentVariable(Variable) is not null)
            return true; // the user has decided, "0" for what ONNX Runtime does by itself
        // The library asks the system, which does not know the variables that .NET sets. Later is too late: it tells that it was loaded.
        if (!OperatingSystem.IsWindows())
            _ = SetVariable(Variable, "1", 1);
        OrtEnv.Instance().DisableTelemetryEvents();
        return true;
    });

    /// <summary>
    /// Switches it off for this process, unless the variable <c>ORT_DISABLE_TELEMETRY</c> is set. All of EosMLNet that runs models does so
    /// by itself; an application that uses ONNX Runtime before calls this first.
    /// </summary>
    /// <exception cref="DllNotFoundException">ONNX Runtime's native library is not there.</exception>
    public static void SwitchOff() => _ = Off.Value;

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetVariable(string name, string value, int overwrite);
}
