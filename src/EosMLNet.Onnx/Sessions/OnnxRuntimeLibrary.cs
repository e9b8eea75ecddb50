using Microsoft.ML.OnnxRuntime;

namespace EosMLNet.Onnx.Sessions;

/// <summary>ONNX Runtime's native library: whether it is there, and what it can do.</summary>
internal static class OnnxRuntimeLibrary
{
    private const string Cuda = "CUDAExecutionProvider", DirectMl = "DmlExecutionProvider", CoreMl = "CoreMLExecutionProvider";

    // Threads wait for work by trying again and again. They do so within a run alone: the model's other graph, and others, need the cores.
    private const string StopSpinning = "session.force_spinning_stop";

    /// <summary>The oldest version that graphs were run with.</summary>
    private static readonly Version Oldest = new(1, 30);

    /// <summary>Its version.</summary>
    /// <exception cref="EosException">EOS2011: it is not there.</exception>
    internal static string Version
    {
        get
        {
            try
            {
                OnnxTelemetry.SwitchOff();
                return OrtEnv.Instance().GetVersionString();
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException)
            {
                throw new EosException(EosErrors.OnnxRuntime,
                    $"ONNX Runtime's native library cannot be loaded: {(e.InnerException ?? e).Message} " +
                    "Run: dotnet add package Microsoft.ML.OnnxRuntime (or Microsoft.ML.OnnxRuntime.Gpu for CUDA).", e);
            }
        }
    }

    /// <summary>Settings of a session.</summary>
    /// <param name="options">Where and how it is run.</param>
    /// <exception cref="EosException">EOS2002: the device is not there. EOS2011: the library is not there, or too old.</exception>
    internal static SessionOptions Settings(OnnxOptions options)
    {
        if (System.Version.TryParse(Version, out var version) && version < Oldest)
        {
            throw new EosException(EosErrors.OnnxRuntime,
                $"ONNX Runtime {version} is older than {Oldest}, which has all operators that graphs need. " +
                "Update the package Microsoft.ML.OnnxRuntime.");
        }
        var settings = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        try
        {
            // ONNX Runtime by itself counts cores that a container or a virtual machine does not give to this process, or too few.
            settings.IntraOpNumThreads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
            settings.AddSessionConfigEntry(StopSpinning, "1");
            if (options.GpuDeviceId is { } device)
                AppendGpu(settings, device, options.FallbackToCpu);
            return settings;
        }
        catch
        {
            settings.Dispose();
            throw;
        }
    }

    // What the application's package of ONNX Runtime has: CUDA, DirectML or CoreML.
    private static void AppendGpu(SessionOptions settings, int device, bool fallback)
    {
        var there = OrtEnv.Instance().GetAvailableProviders();
        try
        {
            if (there.Contains(Cuda))
                settings.AppendExecutionProvider_CUDA(device);
            else if (there.Contains(DirectMl))
                settings.AppendExecutionProvider_DML(device);
            else if (there.Contains(CoreMl))
                settings.AppendExecutionProvider_CoreML();
            else if (!fallback)
                throw Missing(device, $"it can run on {string.Join(", ", there)}");
        }
        catch (OnnxRuntimeException e) when (fallback)
        {
            _ = e; // the CPU is always there
        }
        catch (OnnxRuntimeException e)
        {
            throw Missing(device, e.Message);
        }
    }

    private static EosException Missing(int device, string why) => new(EosErrors.Device,
        $"GPU {device} was asked for, but ONNX Runtime cannot use it: {why}. Reference Microsoft.ML.OnnxRuntime.Gpu (CUDA) or " +
        "Microsoft.ML.OnnxRuntime.DirectML in the place of Microsoft.ML.OnnxRuntime, or set FallbackToCpu.");
}
