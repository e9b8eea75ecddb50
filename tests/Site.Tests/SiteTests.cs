using System.Net;
using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Site.Tests;

/// <summary>The site as its readers get it.</summary>
public sealed partial class SiteTests(BuiltSite site) : IClassFixture<BuiltSite>
{
    private const string Start = "/index.html", Guide = "/docs/guides/budget.html", Concepts = "/docs/concepts.html", Reference = "/api/EosMLNet.OperatorSearchOptions.html";

    [SiteFact]
    public void It_is_built_without_a_warning()
    {
        Assert.True(site.Built.Status == 0, site.Built.Output);
        Assert.DoesNotContain("warning:", site.Built.Output, StringComparison.Ordinal);
        Assert.All(new[] { Start, Guide, Concepts, Reference, "/docs/diagnostics/EOS2001.html", "/samples/WebApi/index.html" }, page => Assert.True(File.Exists(BuiltSite.Folder + page), page));
    }

    [SiteFact]
    public void Every_link_and_every_anchor_of_it_leads_somewhere()
    {
        var pages = Directory.GetFiles(BuiltSite.Folder, "*.html", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "toc.html").ToDictionary(file => file, File.ReadAllText);
        Assert.True(pages.Count > 200, $"only {pages.Count} pages were found");
        var anchors = pages.ToDictionary(page => page.Key, page => Id().Matches(page.Value).Select(id => WebUtility.HtmlDecode(id.Groups[1].Value)).ToHashSet());
        var wrong = new List<string>();
        foreach (var (file, text) in pages)
        {
            foreach (var link in Link().Matches(text).Select(link => WebUtility.HtmlDecode(link.Groups[1].Value)).Where(link => link.Length > 0 && !link.Contains(':', StringComparison.Ordinal)).Distinct())
            {
                var parts = link.Split('#', 2);
                var target = parts[0].Length == 0 ? file : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, Uri.UnescapeDataString(parts[0])));
                if (!File.Exists(target) || (parts.Length == 2 && parts[1].Length > 0 && anchors.TryGetValue(target, out var there) && !there.Contains(Uri.UnescapeDataString(parts[1]))))
                    wrong.Add($"{Path.GetRelativePath(BuiltSite.Folder, file)}: {link}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [BrowserFact]
    public async Task It_needs_nothing_from_elsewhere_and_its_scripts_run()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await OpenAsync(playwright);
        var page = await browser.NewPageAsync();
        List<string> faults = [], elsewhere = [];
        page.PageError += (_, error) => faults.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(site.Address, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
                elsewhere.Add(request.Url);
        };
        foreach (var path in new[] { Start, Guide, Concepts, Reference })
        {
            await page.GotoAsync(site.Address + path, new() { WaitUntil = WaitUntilState.NetworkIdle });
            Assert.True(await page.EvaluateAsync<bool>("() => [...document.images].every(image => image.complete && image.naturalWidth > 0)"), path);
        }
        Assert.Empty(faults);
        Assert.Empty(elsewhere);
    }

    [BrowserFact]
    public async Task Axe_finds_nothing_serious_in_light_and_in_dark()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await OpenAsync(playwright);
        var faults = new List<string>();
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            var page = await browser.NewPageAsync(new() { ColorScheme = scheme });
            foreach (var path in new[] { Start, Guide, Concepts, Reference })
            {
                await page.GotoAsync(site.Address + path, new() { WaitUntil = WaitUntilState.NetworkIdle });
                faults.AddRange((await page.RunAxe()).Violations.Where(fault => fault.Impact is "serious" or "critical").Select(fault => $"{scheme} {path}: {Told(fault)}"));
            }
            await page.CloseAsync();
        }
        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }

    // Wider than the screen is what a reader on a phone sees first.
    [BrowserFact]
    public async Task On_a_narrow_screen_nothing_is_wider_than_it()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await OpenAsync(playwright);
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 390, Height = 844 } });
        foreach (var path in new[] { Start, Guide, Concepts, Reference })
        {
            await page.GotoAsync(site.Address + path, new() { WaitUntil = WaitUntilState.NetworkIdle });
            Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= 390, path);
        }
    }

    // With SITE_SCREENSHOTS=FOLDER it leaves pictures, which are looked at.
    [BrowserFact]
    public async Task It_can_be_looked_at()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await OpenAsync(playwright);
        foreach (var (name, path) in new[] { ("start", Start), ("concepts", Concepts), ("reference", Reference) })
        {
            foreach (var (width, height, scheme) in new[] { (1280, 900, ColorScheme.Light), (820, 1100, ColorScheme.Dark), (390, 844, ColorScheme.Light) })
            {
                var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
                await page.GotoAsync(site.Address + path, new() { WaitUntil = WaitUntilState.NetworkIdle });
                Assert.True(await page.Locator("article h1").IsVisibleAsync(), path);
                if (Environment.GetEnvironmentVariable("SITE_SCREENSHOTS") is { Length: > 0 } folder)
                    await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"site-{name}-{width}.jpg"), Type = ScreenshotType.Jpeg, Quality = 75 });
                await page.CloseAsync();
            }
        }
    }

    private static Task<IBrowser> OpenAsync(IPlaywright playwright) =>
        playwright.Chromium.LaunchAsync(new() { ExecutablePath = BrowserFactAttribute.Chromium, Args = ["--no-sandbox"] });

    private static string Told(AxeResultItem fault) => $"{fault.Id} ({fault.Impact}): {fault.Help}\n  " + string.Join("\n  ", fault.Nodes.Take(5).Select(node => node.Html));

    [GeneratedRegex("\\s(?:id|name)=\"([^\"]+)\"")]
    private static partial Regex Id();

    [GeneratedRegex("\\s(?:href|src)=\"([^\"]*)\"")]
    private static partial Regex Link();
}
