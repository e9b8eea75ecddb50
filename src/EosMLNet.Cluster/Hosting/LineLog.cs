using Microsoft.Extensions.Logging;

namespace EosMLNet.Cluster.Hosting;

/// <summary>A log as lines of text.</summary>
/// <param name="line">Told each.</param>
internal sealed class LineLog(Action<string> line) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        line(formatter(state, exception).ReplaceLineEndings(" ").TrimEnd());

    public void Dispose()
    {
    }
}
