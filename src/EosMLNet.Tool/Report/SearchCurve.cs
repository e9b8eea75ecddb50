using System.Text.Json;

namespace EosMLNet.Tool.Report;

/// <summary>The loss of every step of a search, as <c>eos search --json</c> has written it.</summary>
internal static class SearchCurve
{
    /// <exception cref="EosException">EOS1001: the file cannot be read. EOS1013: it is not the result of a search.</exception>
    internal static IReadOnlyList<double> Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var losses = document.RootElement.GetProperty("report").GetProperty("losses").EnumerateArray();
            return [.. losses.Select(loss => loss.ValueKind == JsonValueKind.Number ? loss.GetDouble() : double.NaN)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing,
                $"'{path}' cannot be read: {e.Message} Expected what `eos search --json FILE` writes.", e);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new EosException(EosErrors.InvalidOption,
                $"'{path}' has no losses of a search; expected what `eos search --json FILE` writes for one limit.", e);
        }
    }
}
