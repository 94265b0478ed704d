//! The files that a town copies from `deploy/` fit the service of today.

/// What the web server in front passes on, as the example writes it.
fn passed_on() -> Vec<&'static str> {
    let caddy = include_str!("../../deploy/Caddyfile");
    let (_, paths) = caddy.split_once("@ligne path ").unwrap();
    paths.lines().next().unwrap().split_whitespace().collect()
}

fn passes(path: &str) -> bool {
    passed_on().iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => path == *pattern,
    })
}

#[test]
fn the_web_server_in_front_passes_every_route_on_but_the_one_that_writes_for_anybody() {
    let routes = include_str!("../../src/http/mod.rs").split(".route(\"").skip(1);
    let paths: Vec<_> = routes.map(|route| route.split('"').next().unwrap()).collect();
    assert!(paths.len() > 10, "{paths:?}");
    for path in paths {
        assert_eq!(passes(path), path != "/health/ready", "{path}");
    }
}
