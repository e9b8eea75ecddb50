using EosMLNet.Search;

namespace EosMLNet.Tests.Search;

/// <summary>Tells of progress on the search's own thread, where <see cref="Progress{T}"/> would do so some time later.</summary>
internal sealed class Immediately(Action<SearchProgress> action) : IProgress<SearchProgress>
{
    public void Report(SearchProgress value) => action(value);
}
