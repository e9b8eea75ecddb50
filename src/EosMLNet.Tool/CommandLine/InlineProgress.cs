namespace EosMLNet.Tool.CommandLine;

/// <summary>
/// Hands each report on at once, on the thread that makes it; <see cref="Progress{T}"/> would do so later and out of order.
/// </summary>
internal sealed class InlineProgress<T>(Action<T> handler) : IProgress<T>
{
    public void Report(T value) => handler(value);
}
