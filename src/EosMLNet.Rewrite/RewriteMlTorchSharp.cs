using Microsoft.Build.Framework;

namespace EosMLNet.Rewrite;

/// <summary>Writes a copy of Microsoft.ML.TorchSharp that works beside the application's TorchSharp.</summary>
public sealed class RewriteMlTorchSharp : Microsoft.Build.Utilities.Task
{
    /// <summary>Microsoft.ML.TorchSharp.dll.</summary>
    [Required]
    public string Source { get; set; } = "";

    /// <summary>The TorchSharp.dll that the application runs with.</summary>
    [Required]
    public string TorchSharp { get; set; } = "";

    /// <summary>The copy.</summary>
    [Required]
    public string Target { get; set; } = "";

    /// <summary>The project that is built: errors are reported there.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Target))!);
            MlTorchSharpRewrite.Write(Source, TorchSharp, Target);
        }
        catch (MisfitException e)
        {
            Report(EosErrors.MlTorchSharp, $"Microsoft.ML.TorchSharp cannot be rewritten. {e.Message} " +
                "Reference that version, or take EosRewriteMLTorchSharp away, if this one works without it.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Report(EosErrors.CannotWrite, $"'{Target}' cannot be written: {e.Message} Check that the folder is writable and has room.");
        }
        return !Log.HasLoggedErrors;
    }

    private void Report(string code, string text) =>
        Log.LogError(null, code, null, $"https://github.com/eosmlnet/eosmlnet/blob/main/build/docs/diagnostics/{code}.md", ProjectFile,
            0, 0, 0, 0, "{0}", text);
}
