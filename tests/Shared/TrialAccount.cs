using System.Net;
using System.Text.RegularExpressions;

namespace Portal.Testing.Web;

/// <summary>A trial account (scientist, lead, admin or auditor) of a portal, as a browser uses it.</summary>
/// <param name="Address">Where the portal listens.</param>
/// <param name="Folder">Its data directory, where the passwords are kept.</param>
/// <param name="Name">The account.</param>
public sealed partial record TrialAccount(Uri Address, string Folder, string Name)
{
    /// <summary>The password that the first start made.</summary>
    public string Password => File.ReadLines(Path.Combine(Folder, "accounts.txt"))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).First(parts => parts[0] == Name)[1];

    /// <summary>A client that follows no redirect and keeps cookies.</summary>
    public static HttpClient Client(Uri address, CookieContainer cookies) =>
        new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress = address };

    /// <summary>A client with the sign-in cookie, got through the sign-in form.</summary>
    public Task<HttpClient> BrowserAsync() => SignInAsync(new CookieContainer());

    /// <summary>Name and value of the sign-in cookies.</summary>
    public async Task<CookieCollection> CookiesAsync()
    {
        var cookies = new CookieContainer();
        using var client = await SignInAsync(cookies);
        return cookies.GetCookies(Address);
    }

    private async Task<HttpClient> SignInAsync(CookieContainer cookies)
    {
        var client = Client(Address, cookies);
        using var answer = await SendFormAsync(client, Name, Password);
        if (answer.StatusCode != HttpStatusCode.Redirect && answer.StatusCode != HttpStatusCode.Found)
            throw new InvalidOperationException($"sign-in of {Name}: {(int)answer.StatusCode}");
        return client;
    }

    /// <summary>Sends the sign-in form as a browser does, and gives back what came of it: a redirect when it was accepted.</summary>
    public static async Task<HttpResponseMessage> SendFormAsync(HttpClient client, string name, string password)
    {
        var page = await client.GetStringAsync("/sign-in");
        var fields = HiddenField().Matches(page).ToDictionary(m => m.Groups["name"].Value, m => WebUtility.HtmlDecode(m.Groups["value"].Value));
        fields["Form.UserName"] = name;
        fields["Form.Password"] = password;
        using var content = new FormUrlEncodedContent(fields);
        return await client.PostAsync("/sign-in", content);
    }

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]*)" */?>""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HiddenField();
}
