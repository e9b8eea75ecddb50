namespace EosMLNet.Tool.Build;

/// <summary>Lines for the MSBuild task: progress with its importance, and diagnostics in MSBuild's canonical form.</summary>
internal sealed class WorkerLog(TextWriter output)
{
    /// <summary>What everybody sees: start, summary and gate.</summary>
    internal void High(FormattableString text) => Write("high", text);

    /// <summary>What <c>-v:n</c> shows.</summary>
    internal void Normal(FormattableString text) => Write("normal", text);

    /// <summary>What <c>-v:d</c> and the binary log have.</summary>
    internal void Low(FormattableString text) => Write("low", text);

    internal void Error(string origin, EosException e) => output.WriteLine($"{(origin.Length > 0 ? origin : "eos")} : error {e.Message.ReplaceLineEndings(" ")}");

    private void Write(string importance, FormattableString text)
    {
        output.WriteLine($"##eos {importance}: {FormattableString.Invariant(text).ReplaceLineEndings(" ")}");
        output.Flush();
    }
}
