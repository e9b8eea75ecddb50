namespace WebApi.Tests;

/// <summary>One application for tests that leave it as it was.</summary>
public sealed class SharedApi : IAsyncLifetime
{
    public RunningApi Api { get; private set; } = null!;

    public async Task InitializeAsync() => Api = await RunningApi.StartAsync("--Limits:MaxRequestBytes", "100000", "--Limits:MaxNewTokens", "8");

    public async Task DisposeAsync() => await Api.DisposeAsync();
}
