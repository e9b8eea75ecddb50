namespace EosMLNet.Tests;

/// <summary>Unlike <see cref="Progress{T}"/>, listens at once and on the thread that tells.</summary>
internal sealed class Listener<T>(Action<T> listen) : IProgress<T>
{
    public void Report(T value) => listen(value);
}
